/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/function/render.test.ts > TAP > a whole Job > must match snapshot 1`] = `
{
  "apiVersion": "batch/v1",
  "kind": "Job",
  "metadata": {
    "name": "run-locust-0123456789abcdef0123-2-1",
    "namespace": "default",
    "labels": {
      "app.kubernetes.io/managed-by": "job-executor-service",
      "keptn.sh/context": "ctx",
      "keptn.sh/event-id": "an_id_with_blanks_and_more_than_sixty-three_characters_in_all_o",
      "keptn.sh/commitid": "",
      "keptn.sh/jes-action": "Test",
      "keptn.sh/jes-task": "Run_locust",
      "keptn.sh/jes-job-confighash": "hash",
      "keptn.sh/jes-action-index": "1",
      "keptn.sh/jes-task-index": "0",
      "job-executor.keptn.sh/instance": "3f44320c0bee9d4f",
      "job-executor.keptn.sh/role": "task",
      "job-executor.keptn.sh/run": "0123456789abcdef0123",
      "job-executor.keptn.sh/unsettled": "true"
    },
    "annotations": {
      "a/b": "c",
      "job-executor.keptn.sh/ttl": "21600",
      "job-executor.keptn.sh/unschedulable-grace": "240"
    }
  },
  "spec": {
    "backoffLimit": 0,
    "activeDeadlineSeconds": 300,
    "template": {
      "metadata": {
        "labels": {
          "app.kubernetes.io/managed-by": "job-executor-service",
          "keptn.sh/context": "ctx",
          "keptn.sh/event-id": "an_id_with_blanks_and_more_than_sixty-three_characters_in_all_o",
          "keptn.sh/commitid": "",
          "keptn.sh/jes-action": "Test",
          "keptn.sh/jes-task": "Run_locust",
          "keptn.sh/jes-job-confighash": "hash",
          "keptn.sh/jes-action-index": "1",
          "keptn.sh/jes-task-index": "0",
          "job-executor.keptn.sh/instance": "3f44320c0bee9d4f",
          "job-executor.keptn.sh/role": "task",
          "job-executor.keptn.sh/run": "0123456789abcdef0123",
          "job-executor.keptn.sh/unsettled": "true"
        },
        "annotations": {
          "a/b": "c",
          "kubectl.kubernetes.io/default-container": "task"
        }
      },
      "spec": {
        "restartPolicy": "Never",
        "serviceAccountName": "job-executor-service-default-job-account",
        "automountServiceAccountToken": false,
        "securityContext": {
          "runAsUser": 1000,
          "runAsGroup": 2000,
          "runAsNonRoot": true,
          "fsGroup": 2000,
          "seccompProfile": {
            "type": "RuntimeDefault"
          }
        },
        "initContainers": [
          {
            "name": "files",
            "image": "example.org/function:1",
            "imagePullPolicy": "IfNotPresent",
            "command": [
              "node",
              "/app/files.js"
            ],
            "resources": {
              "limits": {
                "cpu": "1",
                "memory": "512Mi"
              },
              "requests": {
                "cpu": "50m",
                "memory": "128Mi"
              }
            },
            "securityContext": {
              "privileged": false,
              "allowPrivilegeEscalation": false,
              "readOnlyRootFilesystem": true,
              "runAsNonRoot": true,
              "runAsUser": 1000,
              "runAsGroup": 2000,
              "capabilities": {
                "drop": [
                  "ALL"
                ]
              },
              "seccompProfile": {
                "type": "RuntimeDefault"
              }
            },
            "volumeMounts": [
              {
                "name": "bundle",
                "mountPath": "/bundle",
                "readOnly": true
              },
              {
                "name": "job-volume",
                "mountPath": "/keptn"
              }
            ]
          }
        ],
        "containers": [
          {
            "name": "task",
            "image": "locustio/locust",
            "imagePullPolicy": "Always",
            "command": [
              "locust"
            ],
            "args": [
              "-f",
              "/keptn/locust/basic.py"
            ],
            "workingDir": "/keptn",
            "env": [
              {
                "name": "KEPTN_PROJECT",
                "value": "p"
              },
              {
                "name": "KEPTN_STAGE",
                "value": "s"
              },
              {
                "name": "KEPTN_SERVICE",
                "value": "svc"
              }
            ],
            "envFrom": [
              {
                "secretRef": {
                  "name": "creds"
                }
              }
            ],
            "resources": {
              "limits": {
                "cpu": "1",
                "memory": "512Mi"
              },
              "requests": {
                "cpu": "50m",
                "memory": "128Mi"
              }
            },
            "securityContext": {
              "privileged": false,
              "allowPrivilegeEscalation": false,
              "readOnlyRootFilesystem": true,
              "runAsNonRoot": true,
              "runAsUser": 1000,
              "runAsGroup": 2000,
              "capabilities": {
                "drop": [
                  "ALL"
                ]
              },
              "seccompProfile": {
                "type": "RuntimeDefault"
              }
            },
            "volumeMounts": [
              {
                "name": "job-volume",
                "mountPath": "/keptn"
              },
              {
                "name": "tmp",
                "mountPath": "/tmp"
              }
            ]
          }
        ],
        "volumes": [
          {
            "name": "job-volume",
            "emptyDir": {
              "sizeLimit": "20Mi"
            }
          },
          {
            "name": "tmp",
            "emptyDir": {}
          },
          {
            "name": "bundle",
            "projected": {
              "sources": [
                {
                  "configMap": {
                    "name": "bundle-a",
                    "items": [
                      {
                        "key": "file-0",
                        "path": "locust/basic.py"
                      },
                      {
                        "key": "file-1",
                        "path": "locust/import.py"
                      }
                    ]
                  }
                },
                {
                  "configMap": {
                    "name": "bundle-b",
                    "items": [
                      {
                        "key": "file-0",
                        "path": "data.csv"
                      }
                    ]
                  }
                }
              ]
            }
          }
        ]
      }
    }
  }
}
`
