// kingress is the rig's ingress for Knative Serving (ingress class
// rig.ingress.networking.knative.dev), as the usual ones need Envoy, which is no Go module and no Debian package.
//
// It does the two things Knative asks of an ingress (knative.dev/networking, Ingress):
// it marks each Ingress of its class ready and names itself as the private load balancer, so
// the Route controller makes Service NAME an alias of it; and it proxies a request by host,
// path prefix and exact headers to one of the weighted splits, adding the headers that tell the
// activator which revision is meant. Plain HTTP/1.1 only: no TLS, no h2c, no rewriteHost.
package main

import (
	"context"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"sort"
	"strings"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"knative.dev/networking/pkg/apis/networking"
	"knative.dev/networking/pkg/apis/networking/v1alpha1"
	"knative.dev/networking/pkg/client/clientset/versioned"
	"knative.dev/networking/pkg/client/informers/externalversions"
)

const class = "rig.ingress.networking.knative.dev"

type backendKey struct{}

// paths by lower-case host; swapped as a whole, so a request sees one consistent table.
var table atomic.Pointer[map[string][]v1alpha1.HTTPIngressPath]

func rebuild(store cache.Store) {
	t := map[string][]v1alpha1.HTTPIngressPath{}
	for _, o := range store.List() {
		in := o.(*v1alpha1.Ingress)
		if in.Annotations[networking.IngressClassAnnotationKey] != class || in.DeletionTimestamp != nil {
			continue
		}
		for _, r := range in.Spec.Rules {
			for _, h := range r.Hosts {
				t[strings.ToLower(h)] = append(t[strings.ToLower(h)], r.HTTP.Paths...)
			}
		}
	}
	for _, paths := range t { // the most specific first: header matches, then the longest prefix
		sort.SliceStable(paths, func(a, b int) bool {
			if x, y := len(paths[a].Headers), len(paths[b].Headers); x != y {
				return x > y
			}
			return len(paths[a].Path) > len(paths[b].Path)
		})
	}
	table.Store(&t)
}

func find(r *http.Request) *v1alpha1.HTTPIngressPath {
	host := strings.ToLower(r.Host)
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
next:
	for _, p := range (*table.Load())[host] {
		for name, m := range p.Headers {
			if r.Header.Get(name) != m.Exact {
				continue next
			}
		}
		if strings.HasPrefix(r.URL.Path, p.Path) {
			return &p
		}
	}
	return nil
}

// pick chooses a split by weight; a single split may leave its percent out.
func pick(splits []v1alpha1.IngressBackendSplit) v1alpha1.IngressBackendSplit {
	n := rand.IntN(100)
	for _, s := range splits {
		if n -= s.Percent; n < 0 {
			return s
		}
	}
	return splits[len(splits)-1]
}

func serve(proxy http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "ready" { // the readiness probe: only once the table was filled from the API
			return
		}
		p := find(r)
		if p == nil || len(p.Splits) == 0 {
			http.Error(w, "no route for "+r.Host, http.StatusNotFound)
			return
		}
		s := pick(p.Splits)
		for _, hs := range []map[string]string{p.AppendHeaders, s.AppendHeaders} {
			for k, v := range hs {
				r.Header.Set(k, v)
			}
		}
		to := &url.URL{Scheme: "http", Host: s.ServiceName + "." + s.ServiceNamespace + ".svc.cluster.local.:" + s.ServicePort.String()}
		proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), backendKey{}, to)))
	}
}

func main() {
	cfg, err := rest.InClusterConfig()
	if err != nil {
		log.Fatal(err)
	}
	client := versioned.NewForConfigOrDie(cfg)
	lb := []v1alpha1.LoadBalancerIngressStatus{{DomainInternal: os.Getenv("SERVICE_HOST")}}

	factory := externalversions.NewSharedInformerFactory(client, time.Minute)
	inf := factory.Networking().V1alpha1().Ingresses().Informer()
	changed := func(o any) {
		rebuild(inf.GetStore())
		in, ok := o.(*v1alpha1.Ingress)
		if !ok || in.Annotations[networking.IngressClassAnnotationKey] != class || in.DeletionTimestamp != nil ||
			in.IsReady() && in.Status.ObservedGeneration == in.Generation {
			return
		}
		in = in.DeepCopy()
		in.Status.InitializeConditions()
		in.Status.MarkNetworkConfigured()
		in.Status.MarkLoadBalancerReady(lb, lb)
		in.Status.ObservedGeneration = in.Generation
		// A conflict is no matter: the object's newer version is on its way here.
		if _, err := client.NetworkingV1alpha1().Ingresses(in.Namespace).UpdateStatus(context.Background(), in, metav1.UpdateOptions{}); err != nil {
			log.Printf("status of %s/%s: %v", in.Namespace, in.Name, err)
		}
	}
	inf.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    changed,
		UpdateFunc: func(_, o any) { changed(o) },
		DeleteFunc: func(any) { rebuild(inf.GetStore()) },
	})
	factory.Start(nil)
	factory.WaitForCacheSync(nil)
	rebuild(inf.GetStore())

	log.Fatal(http.ListenAndServe(":8080", serve(&httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(p.In.Context().Value(backendKey{}).(*url.URL))
			p.Out.Host = p.In.Host // the function must see the name that was asked for
			p.SetXForwarded()
		},
		FlushInterval: -1,
		// No connection is kept: behind one address Knative swaps activator and pods.
		Transport: &http.Transport{DisableKeepAlives: true},
	})))
}
