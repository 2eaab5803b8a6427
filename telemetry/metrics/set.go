package metrics

import (
	"fmt"
	"slices"
	"strings"
)

// Set is further numbers that a [Source] reads beside those of the runtimes: those of a connection of
// module cluster (package telemetry/clustermetrics), or the program's own.
type Set struct {
	// Metrics are those that Read adds, each made once by [NewMetric].
	Metrics []*Metric
	// Read adds the values as they are now, with the values of the labels. It is called at each read, on
	// a goroutine of its own, and treated like a function that was given to [Watch]: it should not wait.
	// Of more than [MaxPoints] values the rest is left out.
	Read func(add func(m *Metric, value float64, labels ...string))
}

// MaxPoints is how many values a [Set] has: the SDK of OpenTelemetry takes 2,000 for one instrument.
const MaxPoints = 1_900

// NewMetric describes a number of a [Set]. name has dots and no unit, "shop.orders"; unit is by UCUM,
// "s" for seconds and "{order}" for things; help is a sentence.
func NewMetric(name, unit string, kind Kind, help string, labels ...string) *Metric {
	return &Metric{Name: name, Help: help, Unit: unit, Kind: kind, Labels: labels}
}

// aside returns the set as a function that a read calls.
func (s Set) aside() *aside {
	return &aside{fn: func() (points []Point) {
		s.Read(func(m *Metric, value float64, labels ...string) {
			if len(labels) != len(m.Labels) || !slices.Contains(s.Metrics, m) {
				panic(fmt.Sprintf("metrics: %s with %d values for %d labels, or it is none of the set's", m.Name, len(labels), len(m.Labels)))
			}
			if len(points) == MaxPoints {
				return
			}
			valid := make([]string, len(labels))
			for i, l := range labels {
				valid[i] = strings.ToValidUTF8(l, "\uFFFD")
			}
			points = append(points, Point{m, valid, value})
		})
		return points
	}}
}
