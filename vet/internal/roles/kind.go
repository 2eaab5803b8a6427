package roles

import (
	"go/types"
	"strings"

	"github.com/edo-go/edo/vet/internal/api"
)

// A Kind is what a function does with a function that it is passed.
type Kind uint8

const (
	Unknown   Kind = iota
	Spawns         // runs it as a task, or a part of one, which has a Task of its own
	Polls          // calls it in polls: it may not wait
	Once           // calls it at once, in the task of the caller
	Apart          // runs it on a goroutine of its own, which may block
	Simulates      // runs it as the task of a simulation
)

// HasOwnTask reports whether the function runs as a task, or a part of one, which has a Task of its own.
func (k Kind) HasOwnTask() bool { return k == Spawns || k == Simulates }

// simulating are the functions that run a program in a simulation.
var simulating = map[string]bool{
	"sim.Run":              true,
	"sim.Sim.Start":        true,
	"sim/world.World.Host": true,
}

// named are functions of edo whose directives do not tell.
var named = map[string]Kind{
	"Blocking":     Apart,
	"Block":        Apart,
	"Call":         Apart,
	"OnEnd":        Polls,
	"Shielded":     Once,
	"BorrowStep":   Unknown,
	"LendStep":     Unknown,
	"ShieldedStep": Unknown,
}

// spawning are functions and methods of other packages of edo that have a step form, and run what they are passed
// as parts that have Tasks of their own.
var spawning = map[string]bool{
	"future.JoinTask":    true,
	"future.TryJoinTask": true,
	"future.RaceTask":    true,
	"joinset.Set.Go":     true,
}

// kindOf returns what a function of edo does with its function parameter of a signature. kind is that of its directive.
func kindOf(fn *types.Func, directive string, param *types.Signature) Kind {
	short := strings.TrimPrefix(api.FullName(fn), api.Root+"/")
	if name, ok := strings.CutPrefix(short, api.Root+"."); ok {
		if k, ok := named[name]; ok {
			return k
		}
	}
	if spawning[short] {
		return Spawns
	}
	if simulating[short] {
		return Simulates
	}
	hasTask := api.HasTask(param) >= 0
	switch {
	case strings.HasSuffix(fn.Name(), "Step"):
		return Unknown
	case directive == "spawn" && hasTask:
		return Spawns
	case directive == "step" && (hasTask || isScope(param)):
		return Once
	case hasTask || api.HasContext(param) >= 0:
		return Unknown
	}
	pkg, _, _ := strings.Cut(short, ".")
	switch pkg {
	case "selector":
		return Once // a handler is called in the turn of the task that selects
	case "future", "stream", "stream/window", "stream/sink":
		return Polls
	}
	return Unknown
}

// isScope reports whether a function is given a scope, as scope.Run does.
func isScope(sig *types.Signature) bool {
	return sig.Params().Len() == 1 && api.IsNamed(api.Pointee(sig.Params().At(0).Type()), api.Root+"/scope", "Scope")
}
