package prom_test

import (
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/telemetry/metrics"
	"github.com/edo-go/edo/telemetry/metrics/prom"
	"github.com/prometheus/client_golang/prometheus"
)

func Example() {
	registry := prometheus.NewRegistry()
	registry.MustRegister(prom.NewCollector(metrics.Config{}))
	handler := prom.Handler(registry, nil) // http.Handle("/metrics", handler)

	edo.Run(func(task *edo.Task) error {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		for line := range strings.Lines(w.Body.String()) {
			if strings.Contains(line, "edo_runtimes") {
				fmt.Print(line)
			}
		}
		return nil
	})
	// Output:
	// # HELP edo_runtimes Runtimes that have not ended, without simulations.
	// # TYPE edo_runtimes gauge
	// edo_runtimes 1
}
