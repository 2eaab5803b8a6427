package fifo

import (
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

func TestQueueBehavesLikeASlice(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		limit := 0
		if seed%2 == 0 {
			limit = 1 + r.IntN(1+r.IntN(200))
		}
		q := New[int](limit)
		most := limit
		if limit == 0 {
			most = 5000
		}
		var want []int
		next := 0
		for range 100 {
			switch n := r.IntN(1 + most); r.IntN(3) {
			case 0:
				for range min(n, most-len(want)) {
					q.Put(next)
					want = append(want, next)
					next++
				}
			case 1:
				for range min(n, len(want)) {
					if v := q.Take(); v != want[0] {
						t.Fatalf("seed %d: took %d, want %d", seed, v, want[0])
					}
					want = want[1:]
				}
			case 2:
				n = min(n, len(want))
				got := q.TakeMany([]int{-1}, n)
				if got[0] != -1 || !slices.Equal(got[1:], want[:n]) {
					t.Fatalf("seed %d: took %v, want %v", seed, got, want[:n])
				}
				want = want[n:]
			}
			if q.Len() != len(want) {
				t.Fatalf("seed %d: Len() = %d, want %d", seed, q.Len(), len(want))
			}
		}
	}
}

func TestQueueDropsTheValuesThatWereTaken(t *testing.T) {
	q := New[*int](16)
	for range 16 {
		q.Put(new(int))
	}
	q.Take()
	q.TakeMany(nil, 15)
	for r := q.first; r != nil; r = r.next {
		if slices.ContainsFunc(r.slots, func(p *int) bool { return p != nil }) {
			t.Errorf("a ring of %d keeps a value that was taken", len(r.slots))
		}
	}
}

func TestRoomIsThatOfTheMostValuesAtOnce(t *testing.T) {
	room := func(q *Queue[int]) (n int) {
		for r := q.first; r != nil; r = r.next {
			n += len(r.slots)
		}
		if q.spare != nil {
			n += len(q.spare.slots)
		}
		return n
	}
	turn := func(q *Queue[int], n int) {
		for range 10 {
			for i := range n {
				q.Put(i)
			}
			q.TakeMany(nil, n)
		}
	}
	for _, c := range []struct{ limit, most, room int }{
		{1000, 3, smallest}, {1000, 7, 8}, {5, 5, 8}, {1, 1, 1}, {0, 100_000, 2 * largest},
	} {
		q := New[int](c.limit)
		turn(&q, c.most)
		turn(&q, 1)
		if got := room(&q); got > c.room {
			t.Errorf("limit %d, %d at once: room for %d, want %d", c.limit, c.most, got, c.room)
		}
	}
}

func TestQueueThatWasLongAllocatesNothingWhenItIsAgain(t *testing.T) {
	for _, limit := range []int{0, 2000} {
		q := New[int](limit)
		turn := func() {
			for i := range 1500 {
				q.Put(i)
			}
			for range 1500 {
				q.Take()
			}
		}
		turn()
		turn()
		if n := testing.AllocsPerRun(100, turn); n != 0 {
			t.Errorf("limit %d: %v allocations, want none", limit, n)
		}
	}
	if size := unsafe.Sizeof(Queue[int]{}); size != 40 {
		t.Errorf("a queue is %d bytes, want 40", size)
	}
}

func BenchmarkPutTake(b *testing.B) {
	q := New[int](1024)
	b.ReportAllocs()
	for b.Loop() {
		q.Put(1)
		q.Take()
	}
}
