package metrics

import (
	"cmp"
	"slices"
	"strings"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
)

// maxAsked is how many tasks of a runtime a read looks at, or a few more. Of more tasks some are looked
// at, in parts all over the runtime; the next read looks at other parts.
const maxAsked = 10_000

const (
	other     = "other"
	running   = "(running)" // tasks that run or are runnable, and were given no name
	longClass = 120         // bytes of a class
	longID    = 16          // bytes of a word that is an id, if it has a digit
)

// classes are what the tasks of one runtime run, as far as it has a number of its own.
type classes struct {
	max   int
	known map[string]bool          // those that have one, for good: else the points of a provider grow in number
	text  map[core.TaskName]string // the class of each name that was met; cleared when there are many
	turn  int
}

// maxTexts is how many names have their class kept.
const maxTexts = 10_000

func newClasses(n int) *classes {
	return &classes{max: n, known: map[string]bool{}, text: map[core.TaskName]string{}}
}

// count returns how many tasks of rt are in each class. A class that has had tasks once stays, with 0.
func (cs *classes) count(rt *core.Runtime, room *[]*sched.Task) map[string]int {
	counts := map[string]int{other: 0, running: 0}
	for class := range cs.known {
		counts[class] = 0
	}
	asked, total := cs.look(rt, room, counts)
	cs.admit(counts)
	for class, n := range counts {
		if class != other && class != running && !cs.known[class] {
			counts[other] += n
			delete(counts, class)
		}
	}
	if asked > 0 && total > maxAsked {
		for class, n := range counts {
			counts[class] = int(float64(n)*float64(total)/float64(asked) + 0.5)
		}
	}
	return counts
}

// look adds the tasks of rt that it looks at to counts, and returns how many these were, and how many
// there are.
func (cs *classes) look(rt *core.Runtime, room *[]*sched.Task, counts map[string]int) (asked, total int) {
	found := map[core.TaskName]int{}
	spans, total := rt.Sched.Spans()
	cs.turn++
	step := 1 + total/maxAsked
	for i := cs.turn % step; i < len(spans); i += step {
		*room = rt.Sched.TasksIn(spans[i], (*room)[:0])
		for _, t := range *room {
			if t.HasEnded() {
				continue
			}
			asked++
			if name, ok := core.PeekName(t); ok {
				found[name]++
			} else {
				counts[running]++
			}
		}
	}
	clear((*room)[:cap(*room)]) // it would keep the tasks in memory
	for name, n := range found {
		counts[cs.classOf(name)] += n
	}
	return asked, total
}

// admit gives new classes a number of their own while there is room, the largest first. A class of one
// task gets one only in the first half: names that are all different would leave no room for the rest.
func (cs *classes) admit(counts map[string]int) {
	var fresh []string
	for class := range counts {
		if class != other && class != running && !cs.known[class] {
			fresh = append(fresh, class)
		}
	}
	slices.SortFunc(fresh, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	for _, class := range fresh {
		if len(cs.known) < cs.max && (counts[class] > 1 || len(cs.known) < (cs.max+1)/2) {
			cs.known[class] = true
		}
	}
}

// classOf returns the class of a name.
func (cs *classes) classOf(name core.TaskName) string {
	if class, ok := cs.text[name]; ok {
		return class
	}
	class := name.String()
	if name.IsGiven() {
		class = withoutNumbers(class)
	}
	class = clip(strings.ToValidUTF8(class, "\uFFFD"))
	if len(cs.text) >= maxTexts {
		clear(cs.text)
	}
	cs.text[name] = class
	return class
}

// withoutNumbers returns a given name with a # instead of each number, so that "conn 10.0.0.7:4711" and
// "conn 10.0.0.9:80" are one class. A word of hexadecimal digits, colons and hyphens that has a digit is
// a number too: an address, a UUID; and so is a long word with a digit: a random id.
func withoutNumbers(name string) string {
	var b strings.Builder
	for name != "" {
		n := 0
		isNumber, isHex := false, true
		for n < len(name) && isWord(name[n]) {
			isNumber = isNumber || isDigit(name[n])
			isHex = isHex && isHexDigit(name[n])
			n++
		}
		word := name[:n]
		switch {
		case n == 0:
			b.WriteByte(name[0])
			n = 1
		case isNumber && (isHex || n >= longID):
			if !strings.HasSuffix(b.String(), "#") {
				b.WriteByte('#')
			}
		case isNumber:
			withoutDigits(&b, word)
		default:
			b.WriteString(word)
		}
		name = name[n:]
	}
	return b.String()
}

// withoutDigits writes a word with a # instead of each row of digits.
func withoutDigits(b *strings.Builder, word string) {
	for i := range len(word) {
		switch {
		case !isDigit(word[i]):
			b.WriteByte(word[i])
		case i == 0 || !isDigit(word[i-1]):
			b.WriteByte('#')
		}
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isHexDigit(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' || c == ':' || c == '-' || c == '.'
}
func isWord(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c == ':' || c == '-' || c == '.' || c == '_' || c >= 0x80
}

// clip cuts a class that is too long, not inside of a rune.
func clip(class string) string {
	if len(class) <= longClass {
		return class
	}
	at := longClass
	for at > 0 && class[at]&0xc0 == 0x80 {
		at--
	}
	return class[:at] + "…"
}
