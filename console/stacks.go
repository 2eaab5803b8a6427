package console

import (
	"bytes"
	"cmp"
	"path"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/origin"
)

// The stack of a poll that runs is that of its goroutine: the worker's, or the coroutine's that the
// worker has switched to. The worker knows which, and the poll is the same if the worker has the same
// task and has made no progress when the stacks are taken. The runtime of Go tells the stacks of all
// goroutines at once, and stops the program meanwhile, some microseconds for each goroutine. So they
// are taken by themselves only while there are few goroutines, and otherwise when a reader asks.

const (
	fewGoroutines = 2_000           // of which the stacks are taken without being asked for
	restOfStacks  = 3 * time.Second // between two times that they are taken by themselves
	firstStacks   = 1 << 20         // bytes of all stacks, at first
	maxStacks     = 64 << 20        // bytes of all stacks
	maxStack      = 4 << 10         // bytes of one
)

// allStacks returns the stacks of all goroutines by their numbers, or of as many as fit.
func allStacks() (stacks map[uint64]string, isWhole bool) {
	buf := make([]byte, min(max(firstStacks, runtime.NumGoroutine()*2048), maxStacks))
	n := runtime.Stack(buf, true)
	for n == len(buf) && n < maxStacks {
		buf = make([]byte, min(2*len(buf), maxStacks))
		n = runtime.Stack(buf, true)
	}
	stacks = map[uint64]string{}
	for one := range bytes.SplitSeq(buf[:n], []byte("\n\n")) {
		number, _, _ := bytes.Cut(bytes.TrimPrefix(one, []byte("goroutine ")), []byte(" "))
		if id, err := strconv.ParseUint(string(number), 10, 64); err == nil {
			stacks[id] = string(one)
		}
	}
	return stacks, n < len(buf)
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

// noteStacks takes the stacks of the polls that run, those of the ones that have run for so long, and
// keeps them. A poll goes on meanwhile, so its stack is taken again and again: the last one counts. It
// returns these polls, and whether all stacks were seen.
func (o *observer) noteStacks(from time.Duration) (noted []*poll, isWhole bool) {
	stacks, isWhole := allStacks()
	for _, s := range o.of {
		s.ws.after = s.rt.Sched.Workers(s.ws.after[:0])
		for i := range s.ws.after {
			l := &s.ws.after[i]
			p := s.ws.polls[l.ID]
			if p == nil || !p.isAt(l) || p.took() < from {
				continue
			}
			if stack := stacks[gid.Number(p.goroutine)]; stack != "" {
				p.stack = trimStack(stack)
				noted = append(noted, p)
			}
		}
	}
	return noted, isWhole
}

// stacksNow returns the polls that run now, with their stacks: those that take long or, if there is
// none, all of them. A reader has asked for them.
func (o *observer) stacksNow() (noted []poll, isWhole bool) {
	o.looking.Lock()
	defer o.looking.Unlock()
	o.choose()
	now := time.Now()
	for _, s := range o.of {
		s.ws.glance(s, now, false)
	}
	o.stacksAt = now
	all, isWhole := o.noteStacks(0)
	for _, p := range longOrAll(all) {
		for _, s := range o.of {
			if s.ws.polls[p.worker] == p && p.task.Name == "" {
				p.task = s.taskAt(p.address)
			}
		}
		noted = append(noted, *p)
	}
	return noted, isWhole
}

// longOrAll returns the polls that take long or, if there is none, all of them, the longest first.
func longOrAll(polls []*poll) []*poll {
	slices.SortStableFunc(polls, func(a, b *poll) int { return cmp.Compare(b.took(), a.took()) })
	if i := slices.IndexFunc(polls, func(p *poll) bool { return p.took() < longPoll }); i > 0 {
		return polls[:i]
	}
	return polls
}

// mayTakeStacks reports whether the stacks are to be had without harm.
func (o *observer) mayTakeStacks(now time.Time) bool {
	if runtime.NumGoroutine() > fewGoroutines || now.Sub(o.stacksAt) < o.rest {
		return false
	}
	o.stacksAt = now
	return true
}
