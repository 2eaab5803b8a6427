package console

import (
	"bytes"
	"path"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/edo-go/edo/internal/origin"
)

// The stack of a poll that runs is that of its goroutine: the worker's, or the coroutine's that the
// worker has switched to. The runtime of Go tells the stacks of all goroutines at once, and stops
// the program meanwhile, some microseconds for each goroutine. So they are taken by themselves only
// while there are few goroutines, and otherwise when a reader asks.

const (
	fewGoroutines = 2_000           // of which the stacks are taken without being asked for
	restOfStacks  = 3 * time.Second // between two times that they are taken by themselves
	maxStacks     = 1 << 20         // bytes of all stacks
	maxStack      = 4 << 10         // bytes of one
)

// pollStacks returns the stacks of the goroutines that poll now.
func pollStacks() (stacks []string) {
	buf := make([]byte, maxStacks)
	buf = buf[:runtime.Stack(buf, true)]
	for _, one := range bytes.Split(buf, []byte("\n\n")) {
		if text := string(one); polls(text) {
			stacks = append(stacks, trimStack(text))
		}
	}
	return stacks
}

// polls reports whether a goroutine with this stack polls a task: it is a worker in a poll, or
// a coroutine, and it has not switched to another goroutine.
func polls(stack string) bool {
	head, _, _ := strings.Cut(stack, "\n")
	if strings.Contains(head, "[coroutine") {
		return false
	}
	return strings.Contains(stack, "/internal/sched.(*Worker).poll(") && !strings.Contains(stack, "/console.pollStacks(") ||
		strings.Contains(stack, "/internal/coro.(*Coro).run(")
}

// trimStack returns a stack without the frames of edo above and below those of the program, and not
// longer than it may be.
func trimStack(stack string) string {
	lines := strings.Split(stack, "\n")
	head, lines := lines[0], lines[1:]
	first, last := -1, -1
	for i := 0; i+1 < len(lines); i += 2 {
		if isOfProgram(lines[i], lines[i+1]) {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		first, last = 0, min(len(lines), 20)-2
	}
	out := head + "\n" + strings.Join(lines[first:min(last+2, len(lines))], "\n")
	if len(out) > maxStack {
		out = strings.ToValidUTF8(out[:maxStack], "") + "…"
	}
	return out
}

// isOfProgram reports whether a frame, as two lines of a stack, is of the program, and neither of
// edo nor of the runtime of Go.
func isOfProgram(call, place string) bool {
	if strings.HasPrefix(call, "created by ") || strings.HasPrefix(call, "runtime.") {
		return false
	}
	file, _, _ := strings.Cut(strings.TrimSpace(place), " ")
	if at := strings.LastIndexByte(file, ':'); at >= 0 {
		file = file[:at]
	}
	return !origin.IsEdo(functionOf(call), file)
}

// functionOf returns the function of a call as a stack has it: "pkg.f" of "pkg.f(0x1, 0x2)".
func functionOf(call string) string {
	if at := strings.LastIndexByte(call, '('); at > 0 {
		return call[:at]
	}
	return call
}

// firstCall returns the function at the top of a trimmed stack that is not of the standard library,
// with its line; "" of none.
func firstCall(stack string) string {
	lines := strings.Split(stack, "\n")
	for i := 1; i+1 < len(lines); i += 2 {
		place, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " ")
		if standard == "" || !strings.HasPrefix(place, standard) {
			return path.Base(functionOf(lines[i])) + " at " + path.Base(place)
		}
	}
	return ""
}

// standard is the folder of the standard library's files, as stacks name it; "" in a build that
// leaves folders out.
var standard = func() string {
	const known = "sync/mutex.go"
	file, _ := runtime.FuncForPC(reflect.ValueOf((*sync.Mutex).Lock).Pointer()).FileLine(0)
	folder, ok := strings.CutSuffix(file, known)
	if !ok {
		return ""
	}
	return folder
}()

// stackOfPoll returns the stack that is most likely that of the poll of a task: the only one, or
// that which has the function that the task is named after.
func stackOfPoll(stacks []string, name string) string {
	if len(stacks) == 1 {
		return stacks[0]
	}
	for _, one := range stacks {
		if name != "" && strings.Contains(one, strings.TrimPrefix(name, "*")) {
			return one
		}
	}
	return strings.Join(stacks, "\n\n")
}

// stacks returns the stacks of the polls that run, if they are to be had without harm.
func (o *observer) stacks(now time.Time) []string {
	if runtime.NumGoroutine() > fewGoroutines || now.Sub(o.stacksAt) < o.rest {
		return nil
	}
	o.stacksAt = now
	return pollStacks()
}
