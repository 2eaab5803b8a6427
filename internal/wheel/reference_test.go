package wheel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A reference is the naive form of a wheel: a list in the order of insertion.
type reference struct {
	cur  int64 // every entry before it has been fired or is late
	list []refEntry
}

type refEntry struct {
	id   int
	when int64
	late bool
}

func (r *reference) Insert(id int, when int64) {
	r.list = append(r.list, refEntry{id, when, when < r.cur})
}

// earliest returns the index of the entry that is due first, among the late entries or
// among the others, or -1.
func (r *reference) earliest(late bool) int {
	best := -1
	for i, e := range r.list {
		if e.late == late && (best < 0 || e.when < r.list[best].when) {
			best = i
		}
	}
	return best
}

func (r *reference) pop(i int) refEntry {
	e := r.list[i]
	r.list = slices.Delete(r.list, i, i+1)
	return e
}

// Advance works for any now below math.MaxInt64.
func (r *reference) Advance(now int64, fire func(id int, when int64)) {
	var late []refEntry
	for i := r.earliest(true); i >= 0; i = r.earliest(true) {
		late = append(late, r.pop(i))
	}
	for _, e := range late {
		fire(e.id, e.when)
	}
	for i := r.earliest(false); i >= 0 && r.list[i].when <= now; i = r.earliest(false) {
		e := r.pop(i)
		r.cur = e.when + 1
		fire(e.id, e.when)
	}
	r.cur = max(r.cur, now+1)
}

func (r *reference) NextExact() int64 {
	at := int64(math.MaxInt64)
	for _, e := range r.list {
		at = min(at, e.when)
	}
	return at
}

func (r *reference) Sweep(keep func(id int, when int64) bool) {
	r.list = slices.DeleteFunc(r.list, func(e refEntry) bool { return !keep(e.id, e.when) })
}

// A both performs each operation on a wheel and on a reference, and compares the two.
type both struct {
	t    testing.TB
	w    *Wheel[int]
	r    *reference
	now  int64
	last int // id of the entry inserted last
	more int // how many entries fire may still insert in this run
}

func newBoth(t testing.TB, now int64) *both {
	return &both{t: t, w: New[int](now), r: &reference{cur: now}, now: now}
}

// in returns the instant d after now, or the last one that the reference can do.
func (b *both) in(d int64) int64 { return min(b.now, math.MaxInt64-1-d) + d }

func (b *both) insert(when int64) {
	b.last++
	b.w.Insert(b.last, when)
	b.r.Insert(b.last, when)
	b.compare()
}

// advance advances both. An entry whose id is a multiple of 3 inserts another one
// when it fires, which may be late, due now, or due later.
func (b *both) advance(now int64) {
	var got, want []refEntry
	lastBefore := b.last
	run := func(into *[]refEntry, insert func(int, int64)) func(int, int64) {
		b.last = lastBefore
		more := b.more
		return func(id int, when int64) {
			*into = append(*into, refEntry{id: id, when: when})
			if id%3 == 0 && more > 0 {
				more--
				b.last++
				offset := int64(id%11-4) * int64(1<<(id%13))
				if when < math.MaxInt64/2 {
					insert(b.last, when+offset)
				}
			}
		}
	}
	b.w.Advance(now, each(run(&got, b.w.Insert)))
	b.r.Advance(now, run(&want, b.r.Insert))
	b.now = max(b.now, now)
	if !slices.Equal(got, want) {
		b.t.Fatalf("Advance(%d) fired\n%v, want\n%v", now, got, want)
	}
	b.compare()
}

func (b *both) sweep(modulus int) {
	keep := func(id int, when int64) bool { return id%modulus != 0 }
	b.w.Sweep(keep)
	b.r.Sweep(keep)
	b.compare()
}

func (b *both) compare() {
	b.t.Helper()
	if got, want := b.w.Len(), len(b.r.list); got != want {
		b.t.Fatalf("Len is %d, want %d", got, want)
	}
	exact := b.r.NextExact()
	if got := b.w.NextExact(); got != exact {
		b.t.Fatalf("NextExact is %d, want %d", got, exact)
	}
	next := b.w.Next()
	if next > exact {
		b.t.Fatalf("Next is %d, after the earliest deadline %d", next, exact)
	}
	if cur := b.r.cur; exact != next && (exact < cur || exact>>6 == cur>>6) {
		b.t.Fatalf("Next is %d, want %d: it is in the block of %d", next, exact, cur)
	}
	if exact >= b.r.cur && next < b.r.cur {
		b.t.Fatalf("Next is %d, before %d, and nothing is late", next, b.r.cur)
	}
}

func TestWheelDoesWhatTheReferenceDoes(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		b := newBoth(t, rng.Int64N(1<<rng.UintN(50)))
		// A distance of a random magnitude, so that all levels are used.
		distance := func(magnitudes uint) int64 { return rng.Int64N(1 << rng.UintN(magnitudes)) }
		for range 200 {
			b.more = 20
			switch rng.IntN(20) {
			case 0:
				b.sweep(2 + rng.IntN(5))
			case 1, 2:
				b.advance(b.in(distance(20)))
			case 3, 4:
				b.advance(min(b.w.Next(), math.MaxInt64-1))
			case 5:
				b.advance(b.in(distance(45)))
			case 6:
				b.insert(b.now - distance(10))
			case 7:
				b.insert(b.in(distance(62)))
			default:
				b.insert(b.in(distance(14)))
			}
		}
		b.more = 0
		b.advance(math.MaxInt64 - 1)
	}
}

func FuzzWheelDoesWhatTheReferenceDoes(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7})
	f.Add([]byte{0, 63, 1, 63, 0, 64, 3, 0, 2, 1})
	f.Add([]byte{8, 255, 9, 255, 1, 20, 7, 0, 6, 0, 1, 60, 1, 62})
	f.Fuzz(func(t *testing.T, ops []byte) {
		b := newBoth(t, 0)
		for ops = ops[:min(len(ops), 600)]; len(ops) >= 2; {
			op, arg := ops[0], int64(ops[1])
			ops = ops[2:]
			b.more = 10
			far := int64(1) << (arg % 62)
			switch op % 10 {
			case 0, 1, 2:
				b.insert(b.in(arg))
			case 3:
				b.insert(b.in(far))
			case 4:
				b.insert(b.now - arg)
			case 5:
				b.insert(far)
			case 6:
				b.advance(b.in(arg))
			case 7:
				b.advance(min(b.w.Next(), math.MaxInt64-1))
			case 8:
				b.advance(b.in(far / 2))
			case 9:
				b.sweep(1 + int(arg%7))
			}
		}
	})
}
