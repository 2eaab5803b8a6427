package simulated

import (
	"fmt"
	"os"
	"strings"
	"sync"
)

// record is what one simulation does.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

var (
	recordsMu sync.Mutex
	records   *os.File
)

func (r *record) event(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(&r.text, format, args...)
	r.text.WriteByte(' ')
}

// end appends the record as a line to a file of the process.
func (r *record) end() {
	folder := os.Getenv("EDO_PROOF_TRACES")
	if folder == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	recordsMu.Lock()
	defer recordsMu.Unlock()
	if records == nil {
		var err error
		if records, err = os.CreateTemp(folder, "trace"); err != nil {
			panic(err)
		}
	}
	fmt.Fprintln(records, r.text.String())
	r.text.Reset()
}
