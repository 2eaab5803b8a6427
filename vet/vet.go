package vet

import (
	"golang.org/x/tools/go/analysis"

	"github.com/edo-go/edo/vet/allow"
	"github.com/edo-go/edo/vet/blocking"
	"github.com/edo-go/edo/vet/cancelled"
	"github.com/edo-go/edo/vet/copied"
	"github.com/edo-go/edo/vet/internal/causes"
	"github.com/edo-go/edo/vet/lockorder"
	"github.com/edo-go/edo/vet/rangeall"
	"github.com/edo-go/edo/vet/simulated"
	"github.com/edo-go/edo/vet/taskuse"
	"github.com/edo-go/edo/vet/unclosed"
	"github.com/edo-go/edo/vet/unused"
)

// checks are the analyzers that look at programs.
var checks = []*analysis.Analyzer{
	blocking.Analyzer,
	cancelled.Analyzer,
	copied.Analyzer,
	lockorder.Analyzer,
	rangeall.Analyzer,
	simulated.Analyzer,
	taskuse.Analyzer,
	unclosed.Analyzer,
	unused.Analyzer,
}

// Analyzers returns all analyzers of edo, for a program that runs them: edovet, a multichecker, golangci-lint. Each has
// its documentation. They may be run in any selection, at the same time; allow runs all of them.
func Analyzers() []*analysis.Analyzer {
	return append(checks[:len(checks):len(checks)], allow.New(checks))
}

// IsStandard reports whether a package of a module, "" if that is not known, belongs to the standard library. No
// analyzer has facts of such a package.
func IsStandard(path, module string) bool { return causes.IsStandard(path, module) }
