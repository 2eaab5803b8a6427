package stream_test

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

// code is an error item. In a model it is a negative number.
type code int

func (c code) Error() string { return fmt.Sprint("code ", int(c)) }

// tree makes a random combination of streams, and its model: the slice of the items that the
// stream must give.
type tree struct {
	t      testing.TB
	data   []byte // the random choices that are left
	yields bool   // sources are sometimes pending; then no streams are merged
	next   int    // the next value, so that all values are different
	leaves []*owntest.Script[int]
}

// choose returns a number below n.
func (tr *tree) choose(n int) int {
	if len(tr.data) == 0 {
		return 0
	}
	b := tr.data[0]
	tr.data = tr.data[1:]
	return int(b) % n
}

// build returns a stream of at most so many levels, and its model.
func (tr *tree) build(depth int) (stream.Seq[int], []int) {
	operation := tr.choose(9)
	if depth == 0 || operation == 0 {
		return tr.leaf()
	}
	s, want := tr.build(depth - 1)
	k := 2 + tr.choose(3)
	keep := func(v int) bool { return v%k != 0 }
	switch operation {
	case 1:
		other, more := tr.build(depth - 1)
		return s.Chain(other), append(want, more...)
	case 2, 3:
		other, more := tr.build(depth - 1)
		if tr.yields {
			return s.Chain(other), append(want, more...)
		}
		return s.Merge(other), mergeInTurns(want, more)
	case 4:
		return s.TakeWhile(keep), want[:endOf(want, func(v int) bool { return v > 0 && !keep(v) })]
	case 5:
		return s.Filter(keep), slices.DeleteFunc(want, func(v int) bool { return v > 0 && !keep(v) })
	case 6:
		n := k
		return s.Take(k), want[:endOf(want, func(v int) bool {
			if n == 0 {
				return true
			}
			if v > 0 {
				n--
			}
			return false
		})]
	case 7:
		n := k
		return s.Skip(k), slices.DeleteFunc(want, func(v int) bool {
			n--
			if v < 0 {
				n++
			}
			return v > 0 && n >= 0
		})
	default:
		return s.MapErr(func(err error) error {
			if int(err.(code))%2 == 0 {
				return nil
			}
			return err
		}), slices.DeleteFunc(want, func(v int) bool { return v < 0 && v%2 == 0 })
	}
}

// leaf returns a script, and its model.
func (tr *tree) leaf() (stream.Seq[int], []int) {
	src, want := owntest.NewScript[int](tr.t), []int(nil)
	for range tr.choose(8) {
		tr.next++
		switch c := tr.choose(6); {
		case c == 0:
			src.Fail(code(tr.next))
			want = append(want, -tr.next)
		case c == 1 && tr.yields:
			src.Yield()
		default:
			src.Give(tr.next)
			want = append(want, tr.next)
		}
	}
	tr.leaves = append(tr.leaves, src)
	return stream.Of(src), want
}

// endOf returns the index of the first item for which stops returns true, or the length of s.
func endOf(s []int, stops func(int) bool) int {
	if i := slices.IndexFunc(s, stops); i >= 0 {
		return i
	}
	return len(s)
}

// mergeInTurns takes items of a and b in turns until both have ended.
func mergeInTurns(a, b []int) (out []int) {
	for len(a) > 0 || len(b) > 0 {
		if len(a) > 0 {
			out, a = append(out, a[0]), a[1:]
		}
		if len(b) > 0 {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return out
}

// checkTree builds the tree that data describes. It compares the stream with its model, to
// the end of the stream or up to some item, and drops the stream.
func checkTree(t testing.TB, data []byte) {
	tr := &tree{t: t, data: data}
	tr.yields = tr.choose(2) == 1
	limit := tr.choose(64) // how many items; 0: to the end
	s, want := tr.build(5)

	task, got := edotest.NewTask(), []int(nil)
	for polls, ended := 0, false; !ended && (limit == 0 || len(got) < limit); polls++ {
		v, p, err := edotest.PollNext(task, s)
		switch {
		case p == edo.Pending:
			if task.TakeWakes() == 0 {
				t.Fatal("the stream is pending and has not woken the task")
			}
		case p == edo.End:
			ended = true
		case err != nil:
			got = append(got, -int(err.(code)))
		default:
			got = append(got, v)
		}
		if polls > 10_000 {
			t.Fatal("the stream does not end")
		}
	}
	if limit != 0 {
		want = want[:min(limit, len(want))]
	}
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	s.Drop()
	for i, leaf := range tr.leaves {
		if leaf.Drops() != 1 {
			t.Errorf("leaf %d was dropped %d times", i, leaf.Drops())
		}
	}
}

func TestRandomTreesGiveTheItemsOfTheirModels(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	data := make([]byte, 200)
	for range 2000 {
		r.Read(data)
		saved := slices.Clone(data)
		checkTree(t, data)
		if t.Failed() {
			t.Fatalf("with %v", saved)
		}
	}
}

func FuzzTreesAreTheirModels(f *testing.F) {
	f.Add([]byte{0, 0, 2, 0, 3, 5, 5, 5, 0, 0, 2, 5, 5})
	f.Add([]byte{1, 0, 1, 4, 2, 0, 7, 1, 5, 1, 5, 0})
	f.Fuzz(func(t *testing.T, data []byte) { checkTree(t, data) })
}

// A merge of streams that are pending at random gives each item once, and keeps the order of
// each stream.
func TestMergeOfStreamsThatAreSometimesPendingKeepsTheOrderOfEach(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for range 500 {
		var want [2][]int
		var src [2]*owntest.Script[int]
		for i := range src {
			src[i] = owntest.NewScript[int](t)
			for v := range r.Intn(20) {
				if r.Intn(3) == 0 {
					src[i].Yield()
				}
				src[i].Give(2*v + i)
				want[i] = append(want[i], 2*v+i)
			}
		}
		task, s := edotest.NewTask(), stream.Of(src[0]).Merge(src[1])
		var got [2][]int
		for {
			v, p, _ := edotest.PollNext(task, s)
			if p == edo.End {
				break
			}
			if p == edo.Ready {
				got[v%2] = append(got[v%2], v)
			}
		}
		if !slices.Equal(got[0], want[0]) || !slices.Equal(got[1], want[1]) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}
