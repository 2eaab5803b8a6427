package waiters

import "slices"

// Questions is how many waiters of a [Roster] one that comes asks.
const Questions = 2

// Roster has waiters that do not say when they stop waiting: tasks that have polled, and need not come
// back. Each waiter that comes asks [Questions] others, in turn, whether they still wait, and removes
// those that do not:
//
//	var asked E // it still waits
//	for left := waiters.Questions; ; left-- {
//		mu.Lock()
//		other, ok := roster.Ask(asked, left)
//		if !ok {
//			roster.Add(me)
//		}
//		mu.Unlock()
//		…
//		if stillWaits(other) {
//			asked = other
//		} else {
//			roster.Remove(other) // locked
//		}
//	}
//
// So a roster has at most some three times as many waiters as wait. In a round of questions half as many
// waiters come as there are, and it removes all that had gone before; it grows where both that are asked
// still wait, which happens half as often as waiters wait. With one question it would not shrink: the
// place of a waiter that has gone would go to the one that comes, and each round add those that stay.
//
// The zero Roster is empty. The lock of the caller guards it, and it is not copied.
type Roster[E comparable] struct {
	all  []E
	next int  // which is asked next
	one  [1]E // the memory of all, at first
}

// All returns the waiters. The slice is the roster's.
func (r *Roster[E]) All() []E { return r.all }

// Add adds e, which is asked after all others.
func (r *Roster[E]) Add(e E) {
	if r.all == nil {
		r.all = r.one[:0]
	}
	r.all = append(r.all, e)
}

// Ask returns the waiter to ask next, unless left is 0, or there is none but asked.
func (r *Roster[E]) Ask(asked E, left int) (other E, ok bool) {
	if left == 0 || len(r.all) == 0 || r.all[r.next] == asked {
		return other, false
	}
	other = r.all[r.next]
	r.next = (r.next + 1) % len(r.all)
	return other, true
}

// Remove removes e, and reports whether it was there.
func (r *Roster[E]) Remove(e E) bool {
	i := slices.Index(r.all, e)
	if i < 0 {
		return false
	}
	r.removeAt(i)
	return true
}

// RemoveFunc removes all waiters for which has returns true.
func (r *Roster[E]) RemoveFunc(has func(E) bool) {
	for i := len(r.all) - 1; i >= 0; i-- {
		if has(r.all[i]) {
			r.removeAt(i)
		}
	}
}

func (r *Roster[E]) removeAt(i int) {
	r.all = slices.Delete(r.all, i, i+1)
	if i < r.next {
		r.next--
	}
	if r.next == len(r.all) {
		r.next = 0
	}
}
