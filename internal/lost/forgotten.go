package lost

import (
	"fmt"
	"path/filepath"

	"github.com/edo-go/edo/internal/origin"
)

// Forgotten says that the collector has found a thing that its owner should have closed
// or dropped.
type Forgotten struct {
	What string  // "mpsc: a Sender was never closed; it was garbage, and has been closed"
	PC   uintptr // where the thing was made; 0: that is not known
}

// Error returns What, and the place where the thing was made.
func (f *Forgotten) Error() string {
	if f.PC == 0 {
		return f.What
	}
	made := origin.Frame(f.PC)
	return fmt.Sprintf("%s; it was made at %s:%d (func %s)", f.What, filepath.Base(made.File), made.Line, made.Function)
}
