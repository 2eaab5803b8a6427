package edo

import (
	"fmt"

	places "github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/report"
	"github.com/edo-go/edo/internal/sched"
)

// maxBy is how many tasks a Wait names.
const maxBy = 4

// maxHolders is how many tasks that can end a wait are looked at.
const maxHolders = 1000

// heldBy returns that these tasks can end a wait whose By names them already. It looks at
// no more than maxHolders.
func heldBy(every bool, tasks ...*sched.Task) *report.Held {
	h := &report.Held{Every: every, More: len(tasks) > maxHolders}
	for _, t := range tasks[:min(len(tasks), maxHolders)] {
		h.By = append(h.By, report.Holder{Task: report.RefTo(t)})
	}
	return h
}

// holderOf returns the task that a holder is.
func holderOf(h report.Holder) *sched.Task {
	t, _ := h.Task.To().(*sched.Task)
	return t
}

// holders numbers what is waited for, names the tasks that can end the waits, and says
// whether any wait knows of such.
func (s *survey) holders() (any bool) {
	at := map[*sched.Task]int{} // 1 + the index of those that hold something; 0: not listed
	for i := range s.Tasks {
		for _, w := range s.Tasks[i].Waits {
			if w.Held == nil {
				continue
			}
			any = true
			for _, h := range w.Held.By {
				at[holderOf(h)] = 0
			}
		}
	}
	if !any {
		return false
	}
	for i, t := range s.tasks {
		if _, ok := at[t]; ok {
			at[t] = i + 1
		}
	}
	numbers := map[report.Ref]int{}
	for i := range s.Tasks {
		for k := range s.Tasks[i].Waits {
			w := &s.Tasks[i].Waits[k]
			if w.Held == nil {
				continue
			}
			if of := w.Held.Of; of != (report.Ref{}) {
				if numbers[of] == 0 {
					numbers[of] = len(numbers) + 1
				}
				w.Number = numbers[of]
			}
			s.name(i, w, at)
		}
	}
	return true
}

// name puts the names of the tasks that can end w, a wait of the task i, where they go.
func (s *survey) name(i int, w *Wait, at map[*sched.Task]int) {
	if w.Held.As == report.Named {
		return
	}
	var names []string
	for _, h := range w.Held.By[:min(len(w.Held.By), maxBy)] {
		t := holderOf(h)
		if t == nil {
			continue
		}
		name := ""
		switch k := at[t] - 1; {
		case k == i:
			name = s.Tasks[k].label() + ", which is this one"
		case k >= 0:
			name = s.Tasks[k].label()
		default:
			if name = labelOf(t); t.HasEnded() {
				name += ", which has ended"
			}
		}
		if h.At != 0 {
			name += fmt.Sprintf(" (taken at %s)", places.Place(places.Frame(h.At)))
		}
		names = append(names, name)
	}
	if more := len(w.Held.By) - maxBy; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	} else if w.Held.More {
		names = append(names, "and others")
	}
	if w.Held.As == report.From {
		w.By = append(w.By, names...)
	} else {
		w.HeldBy = names
	}
}

// label is what other tasks' waits call i.
func (i *TaskInfo) label() string {
	if i.ID != 0 {
		return fmt.Sprintf("#%d %s", i.ID, i.Name)
	}
	return i.Name
}
