package differential

import (
	"regexp"
	"slices"
	"strings"
)

// A difference is one that edo's documentation announces, or a fault of the other side.
type difference struct {
	where string // the documentation
	why   string
	// equal returns the parts of two outcomes in which both sides are equal.
	equal func(o operation, edo, tokio string) (string, string)
	// ends reports that both sides have different states from these outcomes on.
	ends func(o operation, edo, tokio string) bool
}

// inBoth is an equal that treats both sides alike.
func inBoth(fn func(outcome string) string) func(o operation, edo, tokio string) (string, string) {
	return func(_ operation, edo, tokio string) (string, string) { return fn(edo), fn(tokio) }
}

var (
	calls = regexp.MustCompile(`/[^@!]*`)
	drops = regexp.MustCompile(`!.*`)
)

// sortItems sorts the items of an outcome, without the last one, which says how a run has ended.
func sortItems(outcome string) string {
	rest := len(outcome)
	if i := strings.IndexAny(outcome, "/@!"); i >= 0 {
		rest = i
	}
	items := strings.Split(outcome[:rest], " ")
	slices.Sort(items[:len(items)-1])
	return strings.Join(items, " ") + outcome[rest:]
}

func withoutCalls(outcome string) string { return calls.ReplaceAllString(outcome, "") }
func withoutWakes(outcome string) string { return strings.ReplaceAll(outcome, "@0", "") }

// sortCalls leaves of the calls how often each was made.
func sortCalls(outcome string) string {
	return calls.ReplaceAllStringFunc(outcome, func(s string) string {
		list := strings.Split(s[1:], ",")
		slices.Sort(list)
		return "/" + strings.Join(list, ",")
	})
}

// moreWakes returns tokio without a wake that edo does not have.
func moreWakes(edo, tokio string) string {
	if strings.Contains(edo, "@0") {
		return tokio
	}
	return withoutWakes(tokio)
}

// sends leaves of the calls those of the source and those that give a value.
func sends(outcome string) string {
	return calls.ReplaceAllStringFunc(outcome, func(s string) string {
		list := slices.DeleteFunc(strings.Split(s[1:], ","), func(c string) bool { return c != "a" && !strings.Contains(c, "=") })
		return strings.Join(append([]string{""}, list...), "/")
	})
}

var (
	takesTurns = difference{
		where: "stream.Seq.Merge",
		why:   "the stream that gave the last item is asked second; in Tokio and futures the streams take turns with each poll",
		equal: inBoth(func(s string) string { return withoutCalls(sortItems(s)) }),
	}
	anyOrder = difference{
		where: "stream.StreamMap: the streams that are ready take turns; Insert and Remove wake the task",
		why:   "Tokio draws which stream is first; it wakes no task then, but does for a stream that was removed",
		equal: func(o operation, edo, tokio string) (string, string) {
			edo, tokio = withoutCalls(sortItems(edo)), withoutCalls(sortItems(tokio))
			if o.name == "insert" || o.name == "remove" {
				edo = withoutWakes(edo)
			}
			return edo, moreWakes(edo, tokio)
		},
	}
	wokenOnly = difference{
		where: "future.Join, future.Race: a poll polls only those that were woken, in an order that is drawn",
		why:   "futures polls all that are pending",
		equal: inBoth(withoutCalls),
	}
	pollsOnce = difference{
		where: "future.Share: when the future was woken, one of the waiting tasks polls it",
		why:   "futures polls it in each poll of a clone",
		equal: inBoth(withoutCalls),
	}
	endsAtOnce = difference{
		where: "stream.Zip: ends when the shorter one has ended, and drops the other at once",
		why:   "futures polls the other one more time, and drops what that gives",
		equal: inBoth(func(s string) string {
			if strings.HasPrefix(s, "end") || strings.Contains(s, " end") {
				s = drops.ReplaceAllString(s, "")
			}
			return withoutCalls(s)
		}),
	}
	dropsAtOnce = difference{
		where: "stream.Seq.CatchPanic: s is dropped before the panic is given",
		why:   "futures drops it with the stream, and a value that is in it",
		equal: func(o operation, edo, tokio string) (string, string) {
			if strings.Contains(edo, "panic") || strings.HasPrefix(edo, "end") || o.name == "drop" {
				edo, tokio = drops.ReplaceAllString(edo, ""), drops.ReplaceAllString(tokio, "")
			}
			return edo, tokio
		},
	}
	pollsAll = difference{
		where: "stream.Buffered: up to n of them are polled side by side",
		why:   "edo polls all that were woken before it returns, futures up to the first that is ready",
		equal: inBoth(sortCalls),
	}
	fillsFirst = difference{
		where: "stream.ForEachConcurrent: up to n futures side by side",
		why:   "edo begins as many as it may before it polls them, futures one at a time",
		equal: inBoth(withoutCalls),
	}
	asksAgain = difference{
		where: "stream.FlatMapUnordered: while there are fewer than n, s is polled",
		why:   "futures gives the source a waker of its own, and has another order of turns",
		equal: inBoth(func(s string) string { return withoutCalls(sortItems(s)) }),
	}
	holdsOne = difference{
		where: "stream.Seq.Throttle: holds at most one value; the end is not delayed",
		why:   "Tokio does not poll its source before the time is over",
		equal: func(o operation, edo, tokio string) (string, string) {
			if o.name == "drop" {
				edo = drops.ReplaceAllString(edo, "")
			}
			return withoutWakes(withoutCalls(edo)), withoutWakes(withoutCalls(tokio))
		},
		ends: func(_ operation, edo, tokio string) bool {
			return strings.Contains(edo, "end") && strings.Replace(withoutCalls(edo), "end", "P", 1) == withoutCalls(tokio)
		},
	}
	stopsItsTimer = difference{
		where: "stream.ChunksTimeout",
		why:   "the timer of a chunk that was full in Tokio runs on, and wakes the task",
		equal: func(_ operation, edo, tokio string) (string, string) { return edo, moreWakes(edo, tokio) },
	}
	asksLater = difference{
		where: "sink.Buffer: it gives them to the sink below whenever it is polled",
		why:   "futures asks the sink below for room also when it has nothing to give, and waits for it",
		equal: func(_ operation, edo, tokio string) (string, string) {
			return sends(edo), moreWakes(edo, sends(tokio))
		},
		ends: func(_ operation, edo, tokio string) bool {
			return strings.HasPrefix(tokio, "P") && strings.HasSuffix(tokio, "x?") && strings.HasPrefix(edo, "ok")
		},
	}
	goesOn = difference{
		where: "sink.With: after an error of fn the sink goes on",
		why:   "that of futures panics when it is used again",
		ends:  func(_ operation, _, tokio string) bool { return tokio == "PANIC" },
	}
	valueFirst = difference{
		where: "cancel.Until: the future is asked before the token",
		why:   "futures asks whether it was aborted first",
		equal: inBoth(withoutCalls),
		ends: func(_ operation, edo, tokio string) bool {
			return strings.HasPrefix(edo, "=") && strings.HasPrefix(tokio, "=aborted")
		},
	}
	wakesBySlot = difference{
		where: "timer.DelayQueue: a wheel holds the values whose time has not come",
		why:   "each side wakes its task also at some instants at which no value is due, and looks for the next; a wake that is missed is found by the machine",
		equal: inBoth(withoutWakes),
	}
)
