package survey

import (
	"fmt"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/held"
	places "github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/report"
)

// MaxNames is how many tasks a wait names.
const MaxNames = 4

// MaxHolders is how many tasks a wait keeps as its holders.
const MaxHolders = 1000

// HeldBy returns the Held of a wait that these tasks can end, and whose By names them already.
// It keeps at most MaxHolders of them.
func HeldBy(every bool, tasks ...*sched.Task) *held.Held {
	h := &held.Held{Every: every, More: len(tasks) > MaxHolders}
	for _, t := range tasks[:min(len(tasks), MaxHolders)] {
		h.By = append(h.By, held.Holder{Task: held.RefTo(t)})
	}
	return h
}

// holderOf returns the task that a holder is.
func holderOf(h held.Holder) *sched.Task {
	t, _ := h.Task.To().(*sched.Task)
	return t
}

// nameHolders numbers the objects that tasks wait for, and puts the names of the holders into
// the waits. It reports whether any wait knows its holders.
func (s *Survey) nameHolders() (any bool) {
	index := map[*sched.Task]int{} // of each holder, + 1; 0: not listed
	for i := range s.Tasks {
		for _, w := range s.Tasks[i].Waits {
			if w.Held() == nil {
				continue
			}
			any = true
			for _, h := range w.Held().By {
				index[holderOf(h)] = 0
			}
		}
	}
	if !any {
		return false
	}
	for i, t := range s.tasks {
		if _, ok := index[t]; ok {
			index[t] = i + 1
		}
	}
	numbers := map[held.Ref]int{}
	for i := range s.Tasks {
		for k := range s.Tasks[i].Waits {
			w := &s.Tasks[i].Waits[k]
			if w.Held() == nil {
				continue
			}
			if of := w.Held().Of; of != (held.Ref{}) {
				if numbers[of] == 0 {
					numbers[of] = len(numbers) + 1
				}
				w.Number = numbers[of]
			}
			s.nameHoldersOf(i, w, index)
		}
	}
	return true
}

// nameHoldersOf puts the names of the holders into w, a wait of the task i.
func (s *Survey) nameHoldersOf(i int, w *report.Wait, index map[*sched.Task]int) {
	if w.Held().As == held.Named {
		return
	}
	var names []string
	for _, h := range w.Held().By[:min(len(w.Held().By), MaxNames)] {
		t := holderOf(h)
		if t == nil {
			continue
		}
		name := ""
		switch k := index[t] - 1; {
		case k == i:
			name = labelOf(&s.Tasks[k]) + ", which is this one"
		case k >= 0:
			name = labelOf(&s.Tasks[k])
		default:
			if name = core.Label(t); t.HasEnded() {
				name += ", which has ended"
			}
		}
		if h.At != 0 {
			name += fmt.Sprintf(" (taken at %s)", places.Place(places.Frame(h.At)))
		}
		names = append(names, name)
	}
	if more := len(w.Held().By) - MaxNames; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	} else if w.Held().More {
		names = append(names, "and others")
	}
	if w.Held().As == held.From {
		w.By = append(w.By, names...)
	} else {
		w.HeldBy = names
	}
}

// labelOf returns the name of a task in the waits of other tasks.
func labelOf(i *report.Task) string {
	if i.ID != 0 {
		return fmt.Sprintf("#%d %s", i.ID, i.Name)
	}
	return i.Name
}
