package build

import (
	"github.com/edo-go/edo/stackless/internal/load"
	"github.com/edo-go/edo/stackless/internal/lower"
	"github.com/edo-go/edo/stackless/internal/overlay"
)

// The states of a unit.
const (
	Compiled = "compiled" // its functions were lowered, or each was refused for a reason
	Library  = "library"  // it has step forms that were written by hand, and stays as it is
	Cgo      = "cgo"      // a file imports "C": what cgo makes of it cannot be replaced
	Broken   = "broken"   // it does not type-check: the Go compiler says why
	Failed   = "failed"   // the compiler of direct style has failed
)

// A Unit is what became of one package.
type Unit struct {
	State     string
	Files     map[string]overlay.File // the files that changed, by the names of the sources
	Functions []lower.Function
	Problems  []lower.Reason // errors of the build: malformed directives, and demands that are not met
	Failure   string         // what is wrong if Broken or Failed

	Package *load.Package `json:"-"`
	Cached  bool          `json:"-"` // nothing was compiled for it
}

// keep reports whether a unit is worth an entry of the cache. What is wrong with the others will be mended.
func (u *Unit) keep() bool { return u.State != Broken && u.State != Failed }
