package fanout

import (
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo/edotest"
)

// member is an entry, and its task.
type member struct {
	Entry
	in    bool
	task  *edotest.Task
	wakes int
}

// TestSetBehavesLikeItsModel runs random programs on a set: each member is woken once by
// its latest waker, no other task is, and a member that joins while a batch is being woken
// is in the next batch.
func TestSetBehavesLikeItsModel(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		var h Hub
		s := &h.Waiting
		members := make([]*member, 1+r.IntN(12))
		for i := range members {
			members[i] = &member{task: edotest.NewTask()}
		}
		in := 0
		var batches []*Batch // not woken yet
		for step := range 200 {
			m := members[r.IntN(len(members))]
			switch op := r.IntN(20); {
			case op < 12:
				if !m.in {
					m.in = true
					in++
				}
				m.task.TakeWakes()
				s.Join(&m.Entry, m.task.Waker())
			case op < 16:
				if got := !s.Leave(&m.Entry).IsZero(); got != m.in {
					t.Fatalf("seed %d, step %d: Leave found it in: %v, want %v", seed, step, got, m.in)
				}
				if m.in {
					m.in = false
					in--
				}
			case op < 18:
				batch := new(Batch)
				s.MoveAll(batch)
				batches = append(batches, batch)
				if n := batch.n + len(batch.array); n != in {
					t.Fatalf("seed %d, step %d: %d were moved of %d", seed, step, n, in)
				}
				for _, m := range members {
					if m.in {
						m.in = false
						m.wakes++
					}
				}
				in = 0
			case len(batches) > 0:
				h.WakeBatch(nil, batches[0])
				batches = batches[1:]
			}
			if s.Len() != in {
				t.Fatalf("seed %d, step %d: Len() = %d, want %d", seed, step, s.Len(), in)
			}
			for _, m := range members {
				if s.has(&m.Entry) != m.in || m.in && s.slots[m.index].entry != &m.Entry {
					t.Fatalf("seed %d, step %d: rule 1 does not hold", seed, step)
				}
			}
		}
	}
}

func TestBatchIsWokenOnceAndItsArrayIsUsedAgain(t *testing.T) {
	for _, n := range []int{1, maxCopied, maxCopied + 1, 100} {
		var h Hub
		members := make([]*member, n)
		for i := range members {
			members[i] = &member{task: edotest.NewTask()}
		}
		for range 3 {
			for _, m := range members {
				h.Waiting.Join(&m.Entry, edotest.NewTask().Waker())
				h.Waiting.Join(&m.Entry, m.task.Waker()) // the latest counts
			}
			var batch Batch
			h.Waiting.MoveAll(&batch)
			late := &member{task: edotest.NewTask()}
			h.Waiting.Join(&late.Entry, late.task.Waker())
			h.WakeBatch(nil, &batch)
			edotest.RequireWoken(t, late.task, 0)
			for _, m := range members {
				edotest.RequireWoken(t, m.task, 1)
			}
			h.Waiting.Leave(&late.Entry)
			for _, s := range [][]slot{h.Waiting.slots[:cap(h.Waiting.slots)], h.Waiting.spare[:cap(h.Waiting.spare)]} {
				for _, o := range s {
					if o != (slot{}) {
						t.Fatal("an array keeps an entry")
					}
				}
			}
		}
		if c := cap(h.Waiting.spare) + cap(h.Waiting.slots); c < n || c > 4*n+8 {
			t.Errorf("room for %d after batches of %d", c, n)
		}
	}
}

func BenchmarkMoveAllUnderTheLock(b *testing.B) {
	for _, n := range []int{1, 1000} {
		b.Run(map[int]string{1: "1", 1000: "1000"}[n], func(b *testing.B) {
			var s Set
			entries := make([]Entry, n)
			w := edotest.NewTask().Waker()
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				for i := range entries {
					s.Join(&entries[i], w)
				}
				b.StartTimer()
				var batch Batch
				s.MoveAll(&batch)
				s.spare = batch.array[:0]
			}
		})
	}
}
