import type { Plugin } from 'esbuild'

/** What runs from the image is in a cluster: no kubeconfig, nor its reader. */
export const inClusterOnly: Plugin = {
  name: 'in-cluster-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /function\/cluster\/kubeconfig\.ts$/ }, () => ({
      contents: `export const fromKubeconfig = async () => {
        throw new Error('not in a cluster: KUBERNETES_SERVICE_HOST is not set')
      }`,
    }))
  },
}
