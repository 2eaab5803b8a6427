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
)

// withoutPicture are operators in the guide, and why they have no picture.
var withoutPicture = map[string]string{"Chan": "a goroutine receives, whose order no seed decides"}

// guide returns the text of docs/streams.md.
func guide() string {
	var b strings.Builder
	b.WriteString(`# Streams: which operator to take when

A stream is a sequence of values that may not be ready yet. This page is made of the pictures and the table that the tests of
package stream use, so it is true: each picture is played in virtual time. A column of a picture is 10 ms. A letter or a digit is an
item, ` + "`#`" + ` an error, ` + "`!`" + ` a panic, ` + "`|`" + ` the end; what is in parentheses happens at one time. A chunk is in brackets, a pair is two characters.

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
