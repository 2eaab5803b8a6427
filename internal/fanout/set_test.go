package fanout

import (
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo/edotest"
)

// member is an entry, and the task that it is for.
type member struct {
	Entry
	in    bool
	task  *edotest.Task
	wakes int
}

// TestSetBehavesLikeItsModel plays random programs to a set: everybody who is in is
// woken once by the latest waker, nobody else is, and who joins while a herd is being
// woken is in the next.
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
		var herds []*Herd // taken, and not woken yet
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
				herd := new(Herd)
				s.Take(herd)
				herds = append(herds, herd)
				if n := herd.n + len(herd.all); n != in {
					t.Fatalf("seed %d, step %d: %d were taken of %d", seed, step, n, in)
				}
				for _, m := range members {
					if m.in {
						m.in = false
						m.wakes++
					}
				}
				in = 0
			case len(herds) > 0:
				h.Wake(nil, herds[0])
				herds = herds[1:]
			}
			if s.Len() != in {
				t.Fatalf("seed %d, step %d: Len() = %d, want %d", seed, step, s.Len(), in)
			}
			for _, m := range members {
				if s.has(&m.Entry) != m.in || m.in && s.slots[m.at].entry != &m.Entry {
					t.Fatalf("seed %d, step %d: rule 1 does not hold", seed, step)
				}
			}
		}
	}
}

func TestHerdIsWokenOnceEachAndTheArrayIsUsedAgain(t *testing.T) {
	for _, n := range []int{1, few, few + 1, 100} {
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
			var herd Herd
			h.Waiting.Take(&herd)
			late := &member{task: edotest.NewTask()}
			h.Waiting.Join(&late.Entry, late.task.Waker())
			h.Wake(nil, &herd)
			edotest.RequireWoken(t, late.task, 0)
			for _, m := range members {
				edotest.RequireWoken(t, m.task, 1)
			}
			h.Waiting.Leave(&late.Entry)
			for _, s := range [][]slot{h.Waiting.slots[:cap(h.Waiting.slots)], h.Waiting.spare[:cap(h.Waiting.spare)]} {
				for _, o := range s {
					if o != (slot{}) {
						t.Fatal("an array keeps what was in it")
					}
				}
			}
		}
		if c := cap(h.Waiting.spare) + cap(h.Waiting.slots); c < n || c > 4*n+8 {
			t.Errorf("room for %d after herds of %d", c, n)
		}
	}
}

func BenchmarkTakeUnderTheLock(b *testing.B) {
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
				var h Herd
				s.Take(&h)
				s.spare = h.all[:0]
			}
		})
	}
}
