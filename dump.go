package edo

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/edo-go/edo/internal/sched"
)

// Dump writes what every task of the program does, as text: what it waits for, who
// could end that, and with [Config.Trace] where each was spawned, and by which. It may
// be called at any time, from any goroutine: by a signal handler, an HTTP handler, a
// test that hangs. Several runtimes come in the order in which they were made. See
// [Runtime.Snapshot].
func Dump(w io.Writer) error {
	all := snapshots()
	for i, s := range all {
		head := ""
		if len(all) > 1 {
			head = fmt.Sprintf("runtime %d of %d:\n", i+1, len(all))
		}
		if _, err := io.WriteString(w, head+s.String()); err != nil {
			return err
		}
	}
	return nil
}

// DumpJSON writes what [Dump] does as JSON: an array with a [Snapshot] for each runtime.
func DumpJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(snapshots())
}

// snapshots returns those of all runtimes.
func snapshots() []Snapshot {
	all := []Snapshot{}
	for _, rt := range runtimes.list() {
		all = append(all, rt.Snapshot())
	}
	return all
}

// String returns s as lines of text. Below each task, indented, are those that it has
// spawned. Tasks that would give the same lines, one after the other, give them once.
func (s Snapshot) String() string { return s.text(math.MaxInt) + "\n" }

// text returns s as lines of text, for limit tasks.
func (s Snapshot) text(limit int) string {
	tree := tree{known: map[uint64]bool{}, children: map[uint64][]TaskInfo{}, limit: limit}
	for _, t := range s.Tasks {
		tree.known[t.ID] = t.ID != 0
	}
	for _, t := range s.Tasks {
		parent := t.Parent
		if !tree.known[parent] {
			parent = 0
		}
		tree.children[parent] = append(tree.children[parent], t)
	}
	tree.write(0, "")
	if tree.left > 0 {
		tree.line("and %d more", tree.left)
	}
	if len(s.Tasks) == 0 && !s.Unlisted {
		tree.line("no task waits")
	}
	if s.Busy {
		tree.line("a poll that does not return keeps the tasks from being asked what they wait for")
	}
	if s.Unlisted {
		tree.line("tasks that have never waited are not in the list: Config.Trace adds them")
	}
	return strings.Join(tree.lines, "\n")
}

// tree is the tasks of a snapshot, while they become text.
type tree struct {
	known    map[uint64]bool // the IDs in the snapshot
	children map[uint64][]TaskInfo
	lines    []string
	limit    int // how many tasks to write
	left     int // how many there were beyond that
	depth    int
}

func (tr *tree) line(format string, args ...any) {
	tr.lines = append(tr.lines, fmt.Sprintf(format, args...))
}

// write writes the tasks that the task with this ID has spawned.
func (tr *tree) write(id uint64, indent string) {
	all := tr.children[id]
	for len(all) != 0 {
		t, n := all[0], 1
		for n < len(all) && t.ID == 0 && all[n].ID == 0 && t.equal(all[n]) {
			n++
		}
		all = all[n:]
		if tr.limit == 0 {
			tr.left += n
		} else {
			tr.limit--
			tr.task(t, n, indent)
		}
		if t.ID == 0 {
			continue
		}
		if tr.depth++; tr.depth <= maxDepth && tr.limit > 0 {
			tr.write(t.ID, indent+"    ")
		} else {
			tr.write(t.ID, indent)
		}
		tr.depth--
	}
}

// maxDepth is how deep the tree is indented.
const maxDepth = 24

// task writes what n tasks like t do.
func (tr *tree) task(t TaskInfo, n int, indent string) {
	head := indent
	if n > 1 {
		head += fmt.Sprintf("%d times ", n)
	}
	if t.ID != 0 {
		head += fmt.Sprintf("#%d ", t.ID)
	}
	head += t.Name
	if t.Cancelled {
		head += ", cancelled"
	}
	if t.Spawned != "" {
		head += ", spawned at " + t.Spawned
	}
	if t.Parent != 0 && !tr.known[t.Parent] {
		head += fmt.Sprintf(" by #%d, which has ended", t.Parent)
	}
	tr.lines = append(tr.lines, head)
	switch {
	case len(t.Waits) != 0:
	case t.State == states[sched.Waiting]:
		tr.line("%s  waits for something that does not say what it is", indent)
	default:
		tr.line("%s  %s", indent, t.State)
	}
	for _, w := range t.Waits {
		tr.line("%s  %s", indent, w)
	}
}

// equal says whether t and u, without IDs, give the same lines.
func (t TaskInfo) equal(u TaskInfo) bool {
	return t.Name == u.Name && t.State == u.State && t.Cancelled == u.Cancelled &&
		slices.EqualFunc(t.Waits, u.Waits, func(v, w Wait) bool { return v.String() == w.String() })
}

// String returns w as a line of text.
func (w Wait) String() string {
	text := "waits for " + w.On
	if !w.Until.IsZero() {
		text += ", until " + w.Until.Format("2006-01-02 15:04:05.000")
	}
	if len(w.By) != 0 {
		text += ", from " + strings.Join(w.By, ", ")
	}
	return text
}
