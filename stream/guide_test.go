package stream_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

// handles is a stream of values with an owner.
type handles = stream.Stream[*owntest.Handle]

// A guided operation is a row of docs/streams.md.
type guided struct {
	name  string
	when  string // to take it
	holds string // values that were taken and not given
	// For the test of what it holds: the most values, and the operation over src, which calls
	// give with each value that it gives away.
	most  int
	build func(src handles, give func(...*owntest.Handle)) edo.Stream[int]
}

// eachOne is a stream of src, whose values it gives away.
func eachOne(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
	return stream.Map(src, func(h *owntest.Handle) int { give(h); return 0 })
}

// eachChunk is eachOne for chunks.
func eachChunk(src stream.Stream[[]*owntest.Handle], give func(...*owntest.Handle)) edo.Stream[int] {
	return stream.Map(src, func(all []*owntest.Handle) int { give(all...); return 0 })
}

// fewPolls returns a future of h that is pending for some polls.
func fewPolls(h *owntest.Handle) edo.Future[*owntest.Handle] {
	return &pendingHandle{h: h, polls: h.N % 4}
}

type pendingHandle struct {
	h     *owntest.Handle
	polls int
}

func (f *pendingHandle) Poll(cx *edo.Context) (*owntest.Handle, edo.Poll, error) {
	if !cx.Proceed(nil) {
		return nil, edo.Pending, nil
	}
	if f.polls--; f.polls >= 0 {
		cx.Waker().WakeBy(cx)
		return nil, edo.Pending, nil
	}
	h := f.h
	f.h = nil
	return h, edo.Ready, nil
}

func (f *pendingHandle) Drop() {
	if f.h != nil {
		f.h.Drop()
	}
}

// sections are the parts of docs/streams.md.
var sections = []struct {
	title string
	rows  []guided
}{
	{"One value after the other", []guided{
		{"Map", "each value becomes another one, at once", "nothing", 0, nil},
		{"Then", "each value becomes another one, by a future; one at a time", "one value, in its future", 1, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Then(src, fewPolls), give)
		}},
		{"Filter", "some values are not wanted", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).Filter(func(h *owntest.Handle) bool { return h.N%2 == 0 }), give)
		}},
		{"FilterMap", "both at once", "nothing", 0, nil},
		{"Scan", "a running total, or any state from value to value", "the accumulator", 0, nil},
		{"Enumerate", "each value needs its number", "nothing", 0, nil},
		{"Pairwise", "each value is compared with the one before", "the last value, which was given before, but for the first", 1, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			seen := map[*owntest.Handle]bool{}
			return stream.Map(stream.Pairwise(src), func(p stream.Pair[*owntest.Handle, *owntest.Handle]) int {
				for _, h := range []*owntest.Handle{p.First, p.Second} {
					if !seen[h] {
						seen[h] = true
						give(h)
					}
				}
				return 0
			})
		}},
		{"Distinct", "values may come twice", "the last keys", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Distinct(src, 2, func(h *owntest.Handle) int { return h.N % 3 }), give)
		}},
		{"DistinctUntilChanged", "only changes matter", "one key", 0, nil},
		{"Inspect", "something is to be counted or logged on the way", "nothing", 0, nil},
	}},
	{"The beginning and the end", []guided{
		{"Take", "the first n are enough; the source is dropped with the last of them", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).Take(5), give)
		}},
		{"TakeWhile", "until a value says that it is enough", "nothing", 0, nil},
		{"MapWhile", "the same, with values that become others", "nothing", 0, nil},
		{"TakeUntil", "until something else happens: a signal, a time, a token", "nothing", 0, nil},
		{"Skip", "the first n are not wanted", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).Skip(2), give)
		}},
		{"SkipWhile", "those before a value are not wanted", "nothing", 0, nil},
		{"Chain", "another stream follows", "nothing", 0, nil},
		{"Fuse", "a stream of another kind does not end for good", "nothing", 0, nil},
	}},
	{"Several streams", []guided{
		{"Merge", "the values of several streams as they come, fairly", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Merge(src, nil, stream.Empty[*owntest.Handle]()), give)
		}},
		{"Zip", "the values of two streams belong together by their number", "one value, of the stream that is ahead", 1, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			slow := stream.Then(stream.Iter(count), func(v int) edo.Future[int] { return slow(v, v%3) })
			return stream.Map(stream.Zip(src, slow), func(p stream.Pair[*owntest.Handle, int]) int { give(p.First); return 0 })
		}},
		{"CombineLatest", "each change of either, with the latest of the other", "the latest of each, those that were in no pair", 1, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			seen := map[*owntest.Handle]bool{}
			slow := stream.Then(stream.Iter(count), func(v int) edo.Future[int] { return slow(v, v%3) }).Take(9)
			return stream.Map(stream.CombineLatest(src, slow), func(p stream.Pair[*owntest.Handle, int]) int {
				if !seen[p.First] {
					seen[p.First] = true
					give(p.First)
				}
				return 0
			})
		}},
		{"WithLatestFrom", "each value, with the latest of another stream", "the latest of the other", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			slow := stream.Then(stream.Iter(count), func(v int) edo.Future[int] { return slow(v, v%3) }).Take(9)
			return stream.Map(stream.WithLatestFrom(src, slow), func(p stream.Pair[*owntest.Handle, int]) int { give(p.First); return 0 })
		}},
		{"FlatMap", "each value becomes a stream; one after the other", "nothing", 0, nil},
		{"FlatMapUnordered", "the same, n side by side", "nothing", 0, nil},
		{"Switch", "the same, and a new stream replaces the one before", "nothing", 0, nil},
		{"GroupBy", "each key has a pipeline of its own", "one value for each group, and one that waits for its group", 3, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.GroupBy(src, 2, func(h *owntest.Handle) int { return h.N % 2 }, func(_ int, group stream.Seq[*owntest.Handle]) handles {
				return group
			}), give)
		}},
		{"Partition", "two kinds of values go two ways", "n values of which the slower side has not asked", 2, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			yes, no := stream.Partition(src, 2, func(h *owntest.Handle) bool { return h.N%2 == 0 })
			return eachOne(yes.Merge(no), give)
		}},
		{"Share", "several readers of one stream", "n values that the slowest has not read", 0, nil},
		{"Replay", "the same, and later readers see the last n", "the last n, and n more", 0, nil},
	}},
	{"Side by side", []guided{
		{"Buffered", "a future for each value, n at a time, results in order", "n values: in futures, or as results", 3, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Buffered(src, 3, fewPolls), give)
		}},
		{"BufferUnordered", "the same, results as they come", "n values: in futures, or as results", 3, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.BufferUnordered(src, 3, fewPolls), give)
		}},
	}},
	{"Chunks and time", []guided{
		{"Chunks", "work is cheaper for n values at once", "the values of one chunk", 3, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachChunk(stream.Chunks(src, 3), give)
		}},
		{"ReadyChunks", "the same, without a wait for a full chunk", "nothing between polls", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachChunk(stream.ReadyChunks(src, 3), give)
		}},
		{"ChunksTimeout", "the same, with a limit for that wait", "the values of one chunk", 0, nil},
		{"Timeout", "silence is an error", "nothing", 0, nil},
		{"Throttle", "values are to come apart, and none is to be lost", "one value", 0, nil},
		{"RateLimit", "so many in each second, with bursts", "one value", 0, nil},
		{"Debounce", "only the last of a burst matters", "one value", 0, nil},
	}},
	{"Errors", []guided{
		{"MapErr", "an error becomes another one, or is handled", "nothing", 0, nil},
		{"UntilError", "the first error ends the stream", "nothing", 0, nil},
		{"Catch", "after an error another stream goes on", "nothing", 0, nil},
		{"Retry", "after an error the same begins again, later and later", "nothing", 0, nil},
	}},
	{"Windows of time, in package window", []guided{
		{"Tumbling", "windows side by side: so much each second", "what the fold keeps, of a window", 0, nil},
		{"Sliding", "windows that overlap: in the last minute, each second", "what the fold keeps, of size/every windows", 0, nil},
		{"Session", "a window as long as something goes on", "what the fold keeps, of each session that is open", 0, nil},
		{"ByClock", "the time is that at which a value comes", "what the fold keeps", 0, nil},
		{"ByEvent", "each value has its time, and may be late; in the picture an item is its time, and 0 is too late", "what the fold keeps, until lateness is over", 0, nil},
	}},
	{"Sinks, in package sink", []guided{
		{"With", "each value becomes another one on its way into a sink", "nothing", 0, nil},
		{"Func", "a function is a sink", "nothing", 0, nil},
		{"Fanout", "each value goes to several sinks; the slowest sets the pace", "nothing", 0, nil},
		{"Buffer", "the source is to be ahead of a slow sink", "n values", 0, nil},
		{"Chan", "goroutines that are no tasks receive the values", "one value, for which the channel has no room", 0, nil},
	}},
}

// withoutPicture are operators in the guide, and why they have no picture.
var withoutPicture = map[string]string{"Chan": "a goroutine receives, whose order no seed decides"}

// guide returns the text of docs/streams.md.
func guide() string {
	var b strings.Builder
	b.WriteString(`# Streams: which operator to take when

A stream is a sequence of values that may not be ready yet. This page is made of the pictures and the table that the tests of
package stream use, so it is true: each picture is played in virtual time. A column of a picture is 10 ms. A letter or a digit is an
item, ` + "`#`" + ` an error, ` + "`|`" + ` the end; what is in parentheses happens at one time. A chunk is in brackets, a pair is two characters.

"Holds" is what an operator may have taken from its source and not given on. All of it is dropped with the operator, and a test
accounts for every value. Back-pressure is everywhere: an operator asks its source only when it is asked itself.

All operators work in a chain, and with a loop in direct style, which the compiler of [direct style](stackless.md) turns into a frame:

` + "```go" + `
for v, err := range stream.All(task, stream.Of(rx).Throttle(time.Second).Take(10)) {
` + "```" + `

An operator that keeps the type of the values is a method of what ` + "`stream.Of`" + ` returns. One that changes it is a function, as in
` + "`stream.Map(s, fn)`" + `, and so is one with a second type (` + "`Distinct`, `TakeUntil`" + `). A stream begins as a receiver, a listener, an
interval, a ` + "`codec.Framed`" + `, or as ` + "`Values`, `Iter`, `Iter2` (of values and errors, such as the lines of a file), `FromChan`, `Unfold`" + ` or
` + "`PollFn`" + `. It ends in a loop over ` + "`All`" + ` or ` + "`Each`" + `, in a future (` + "`ForEach`, `Fold`, `Collect`, `Count`, `Any`, `Every`" + `), or in a sink
(` + "`Forward`" + `). [A pipeline](recipes.md#a-pipeline-over-a-file-and-a-channel) has a file, a channel, windows, a rate and retries.

Windows of time are in package ` + "`stream/window`" + `, sinks in ` + "`stream/sink`" + `. The picture of a sink has what it takes from s, and below
what the sinks behind it get.
`)
	for _, s := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n| operator | take it when | holds |\n| --- | --- | --- |\n", s.title)
		for _, r := range s.rows {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.name, r.when, r.holds)
		}
		b.WriteString("\n```\n")
		sep := ""
		for _, r := range s.rows {
			if i := slices.IndexFunc(marbles, func(m marble) bool { return m.name == r.name }); i >= 0 {
				b.WriteString(sep + strings.Join(marbles[i].picture(), "\n") + "\n")
				sep = "\n"
			}
		}
		b.WriteString("```\n")
	}
	return b.String()
}

func TestTheGuideIsMadeOfThePictures(t *testing.T) {
	const path = "../docs/streams.md"
	if *draw {
		if err := os.WriteFile(path, []byte(guide()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != guide() {
		t.Errorf("%v: %s is not what the tests say; write it by -draw", err, path)
	}
}

// notInTheGuide are exported functions of the package that are no operators: sources, ends, and
// what has an entry under another name.
var notInTheGuide = strings.Fields(`Of All Each AllStep AllEnd EachStep EachEnd
	Values Once Empty Iter Iter2 PollFn Unfold UnfoldFuture Cycle FromChan NewStreamMap Flatten Peek
	Fold FoldFuture FoldTask FoldTaskStep ForEach ForEachFuture ForEachTask ForEachTaskStep ForEachConcurrent Collect Count Any Every
	Send SendStep SendFuture SendAll SendAllStep SendAllFuture Forward ForwardStep ForwardFuture`)

// shownByOthers are exported functions without an example of their own: what shows them.
var shownByOthers = map[string]string{
	"AllStep": "compiled code calls it", "AllEnd": "compiled code calls it", "EachStep": "compiled code calls it", "EachEnd": "compiled code calls it",
	"SendFuture": "Send", "SendAllFuture": "SendAll", "ForwardFuture": "Forward", "TryJoin3": "Join3", "TryJoinTask": "JoinTask",
	"FoldTaskStep": "FoldTask", "ForEachTaskStep": "ForEachTask", "SendStep": "Send", "SendAllStep": "SendAll", "ForwardStep": "Forward",
	"JoinTaskStep": "JoinTask", "TryJoinTaskStep": "TryJoinTask", "RaceTaskStep": "RaceTask",
}

// exportedIn calls fn with the exported functions of the packages in dirs, and with the methods of Seq and Fut
// that are operators.
func exportedIn(t *testing.T, fn func(dir, name string), dirs ...string) {
	t.Helper()
	for _, path := range sourcesOf(t, dirs...) {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			d, ok := d.(*ast.FuncDecl)
			if !ok || !d.Name.IsExported() || slices.Contains([]string{"PollNext", "Poll", "Drop"}, d.Name.Name) {
				continue
			}
			if d.Recv != nil {
				x, ok := d.Recv.List[0].Type.(*ast.IndexExpr)
				if !ok {
					continue
				}
				if id, ok := x.X.(*ast.Ident); !ok || id.Name != "Seq" && id.Name != "Fut" {
					continue
				}
			}
			fn(filepath.Dir(path), d.Name.Name)
		}
	}
}

func TestEveryExportedFunctionHasAnExample(t *testing.T) {
	examples := map[string]string{} // the texts of the tests, by directory
	n := 0
	exportedIn(t, func(dir, name string) {
		n++
		if examples[dir] == "" {
			files, _ := filepath.Glob(filepath.Join(dir, "*_test.go"))
			for _, file := range files {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				examples[dir] += string(text)
			}
		}
		has := false
		for _, receiver := range []string{"", "Seq_", "Fut_"} {
			has = has || strings.Contains(examples[dir], "func Example"+receiver+name+"(")
		}
		if has == (shownByOthers[name] != "") {
			t.Errorf("%s in %s has an example: %v, and is shown by others: %v; want one of the two", name, dir, has, !has)
		}
	}, append(directories, "../future")...)
	if n < 120 {
		t.Errorf("only %d functions were found", n)
	}
}

func TestEveryOperatorIsInTheGuideAndHasAPicture(t *testing.T) {
	found := map[string]bool{}
	exportedIn(t, func(_, name string) { found[name] = true }, directories...)
	var want []string
	for _, s := range sections {
		for _, r := range s.rows {
			want = append(want, r.name)
			if !found[r.name] {
				t.Errorf("the guide has %s, which there is not", r.name)
			}
			hasPicture := slices.ContainsFunc(marbles, func(m marble) bool { return m.name == r.name })
			if hasPicture == (withoutPicture[r.name] != "") {
				t.Errorf("%s has a picture: %v, and is excepted: %v; want one of the two", r.name, hasPicture, !hasPicture)
			}
		}
	}
	for name := range found {
		if slices.Contains(want, name) == slices.Contains(notInTheGuide, name) {
			t.Errorf("%s: in the guide: %v, want the guide or notInTheGuide", name, slices.Contains(want, name))
		}
	}
}
