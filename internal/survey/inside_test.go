package survey_test

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/survey"
)

// insideOf returns the runtime of package core that rt is.
func insideOf(rt *edo.Runtime) *core.Runtime { return inside.Runtime(rt) }

// watchOf returns the watch of rt that looks for islands.
func watchOf(rt *edo.Runtime) *survey.Watch { return insideOf(rt).Survey.(*survey.Watch) }

// stalls reports whether rt has stalled, by the rules of a real runtime. If so, the runtime
// reports the stall, once.
func stalls(rt *edo.Runtime) bool { return insideOf(rt).Sched.Quiet() && insideOf(rt).ReportQuiet() }

// isOpen reports whether a goroutine that is no task may still spawn.
func isOpen(rt *edo.Runtime) bool { return insideOf(rt).Sched.Metrics().Open }
