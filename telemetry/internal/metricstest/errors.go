// Package metricstest helps tests of what reads metrics.
package metricstest

import "github.com/edo-go/edo/telemetry/metrics"

// WatchErrors returns how many channels have not been read in time, since the process began: on a busy machine that is
// no fault.
func WatchErrors() (n float64) {
	for _, p := range metrics.New(metrics.Config{}).Read() {
		if p.Metric.Name == "edo.watch.errors" {
			n += p.Value
		}
	}
	return n
}
