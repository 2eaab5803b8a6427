package metrics_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/edo-go/edo/telemetry/metrics"
)

// The table of docs/telemetry.md is that of the code: after a change, copy what the test prints.
func TestTheDocumentHasTheTable(t *testing.T) {
	text, err := os.ReadFile("../../docs/telemetry.md")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, m := range metrics.New(metrics.Config{}).Metrics() {
		fmt.Fprintf(&want, "| `%s` | %v | %s | %s |\n", m.Prometheus(), m.Kind, strings.Join(m.Labels, ", "), m.Help)
	}
	var got strings.Builder
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| `edo_") {
			got.WriteString(line)
		}
	}
	if got.String() != want.String() {
		t.Errorf("the table should be:\n%s", want.String())
	}
}
