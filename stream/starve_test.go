package stream_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

// silent is always busy and gives nothing: each poll of it uses up the budget.
func silent() stream.Seq[int] {
	return stream.Of(endless{}).Filter(func(int) bool { return false })
}

// thenSilent gives values, and is silent behind them.
func thenSilent(values ...int) stream.Seq[int] { return stream.Values(values...).Chain(silent()) }

// neverSilent is a future that is busy and never ready.
func neverSilent() edo.Future[int] { return stream.Count(silent()) }

// firstly returns the first of each pair.
func firstly(s stream.Stream[stream.Pair[int, int]]) stream.Stream[int] {
	return stream.Map(s, func(p stream.Pair[int, int]) int { return p.First })
}

// A source, or a future, that uses up the budget in each poll does not keep the other ones from
// giving what they have: an item, an error, or their end.
func TestASourceThatUsesUpTheBudgetDoesNotStarveTheOthers(t *testing.T) {
	fails := func() *owntest.Script[int] { return owntest.NewScript[int](t).Fail(errTest) }
	over := func() stream.Stream[int] { return stream.Values[int]() }
	seven := func(int) stream.Stream[int] { return slowly(7) }
	for name, s := range map[string]stream.Stream[int]{
		"Merge":                             silent().Merge(slowly(7)),
		"Merge, turned":                     slowly(7).Merge(silent()),
		"Merge of many":                     stream.Merge(silent(), silent(), slowly(7)),
		"Zip with an error":                 firstly(stream.Zip(silent(), fails())),
		"Zip with an error, turned":         firstly(stream.Zip(fails(), silent())),
		"Zip with an end":                   firstly(stream.Zip(silent(), over())),
		"CombineLatest with an error":       firstly(stream.CombineLatest(silent(), fails())),
		"CombineLatest, turned":             firstly(stream.CombineLatest(fails(), silent())),
		"CombineLatest with an end":         firstly(stream.CombineLatest(silent(), over())),
		"CombineLatest":                     firstly(stream.CombineLatest(thenSilent(1), slowly(2))),
		"WithLatestFrom":                    firstly(stream.WithLatestFrom(slowly(7), thenSilent(1))),
		"WithLatestFrom with an error":      firstly(stream.WithLatestFrom(fails(), silent())),
		"WithLatestFrom, turned":            firstly(stream.WithLatestFrom(silent(), fails())),
		"WithLatestFrom with an end":        firstly(stream.WithLatestFrom(over(), silent())),
		"TakeUntil":                         stream.TakeUntil(slowly(7), neverSilent()),
		"TakeUntil, turned":                 stream.TakeUntil(silent(), slow(7, 3)),
		"Switch":                            stream.Switch(thenSilent(1), seven),
		"Switch, turned":                    stream.Switch(slowly(1, 2), func(v int) stream.Stream[int] { return []stream.Stream[int]{silent(), slowly(7)}[v-1] }),
		"FlatMapUnordered":                  stream.FlatMapUnordered(thenSilent(1), 2, seven),
		"FlatMapUnordered of empty streams": stream.FlatMapUnordered(endless{}, 2, sevenAndThenNone()),
		"FlatMapUnordered, turned":          stream.FlatMapUnordered(slowly(0, 1), 2, func(v int) stream.Stream[int] { return []stream.Stream[int]{silent(), slowly(7)}[v] }),
		"Buffered":                          stream.Buffered(thenSilent(1), 2, func(int) edo.Future[int] { return slow(7, 3) }),
		"BufferUnordered":                   stream.BufferUnordered(thenSilent(1), 2, func(int) edo.Future[int] { return slow(7, 3) }),
		"BufferUnordered, turned": stream.BufferUnordered(slowly(0, 1), 2, func(v int) edo.Future[int] {
			return []edo.Future[int]{neverSilent(), slow(7, 3)}[v]
		}),
		"GroupBy": stream.GroupBy(thenSilent(1), 2, identity, func(_ int, group stream.Seq[int]) stream.Stream[int] {
			return stream.Then(group, func(int) edo.Future[int] { return slow(7, 3) })
		}),
		"GroupBy, turned": stream.GroupBy(slowly(0, 1), 2, identity, func(key int, group stream.Seq[int]) stream.Stream[int] {
			return []stream.Stream[int]{silent(), group}[key]
		}),
	} {
		t.Run(name, func(t *testing.T) {
			task := edotest.NewTask()
			for range 50 {
				if _, p, _ := edotest.PollNext(task, s); p != edo.Pending {
					edo.Drop(s)
					return
				}
			}
			t.Error("50 polls, and no item, error or end")
		})
	}
}

// slowly is a stream of values each of which needs some polls.
func slowly(values ...int) stream.Seq[int] {
	return stream.Then(stream.Values(values...), func(v int) edo.Future[int] { return slow(v, 2) })
}

// sevenAndThenNone returns a function that makes one stream of a seven, and no other.
func sevenAndThenNone() func(int) stream.Stream[int] {
	n := 0
	return func(int) stream.Stream[int] {
		if n++; n == 1 {
			return slowly(7)
		}
		return nil
	}
}

// An error is an item, and a source that has nothing else does not keep the others from giving
// theirs.
func TestASourceOfErrorsDoesNotStarveTheOthers(t *testing.T) {
	errsAfter := func(values ...int) stream.Stream[int] { return stream.Values(values...).Chain(failing{}) }
	seven := func(int) stream.Stream[int] { return slowly(7) }
	for name, s := range map[string]stream.Stream[int]{
		"Merge":            stream.Of(errsAfter()).Merge(slowly(7)),
		"Merge of many":    stream.Merge(errsAfter(), slowly(7)),
		"Zip":              firstly(stream.Zip(errsAfter(), stream.Values[int]())),
		"CombineLatest":    firstly(stream.CombineLatest(errsAfter(1), slowly(2))),
		"WithLatestFrom":   firstly(stream.WithLatestFrom(slowly(7), errsAfter(1))),
		"Switch":           stream.Switch(errsAfter(1), seven),
		"FlatMapUnordered": stream.FlatMapUnordered(errsAfter(1), 2, seven),
		"GroupBy":          stream.GroupBy(errsAfter(1), 2, identity, func(_ int, group stream.Seq[int]) stream.Stream[int] { return group }),
		"Buffered":         stream.Buffered(errsAfter(1), 2, func(int) edo.Future[int] { return slow(7, 3) }),
		"BufferUnordered":  stream.BufferUnordered(errsAfter(1), 2, func(int) edo.Future[int] { return slow(7, 3) }),
	} {
		t.Run(name, func(t *testing.T) {
			task := edotest.NewTask()
			for range 100 {
				if _, p, err := edotest.PollNext(task, s); p == edo.End || p == edo.Ready && err == nil {
					edo.Drop(s)
					return
				}
			}
			t.Error("100 polls, and errors alone")
		})
	}
}

func TestASourceThatUsesUpTheBudgetDoesNotKeepASinkFromItsFlush(t *testing.T) {
	task, sink := edotest.NewTask(), owntest.NewSink[int](t, 2)
	f := stream.SendAllFuture(sink, stream.Stream[int](thenSilent(1, 2)))
	for range 5 {
		edotest.RequirePending(t, task, f)
	}
	if len(sink.Flushed()) != 2 {
		t.Errorf("%v was flushed", sink.Flushed())
	}
	edo.Drop(f)
}
