package stackless

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

func TestExplainTellsWhatBecomesOfEachFunction(t *testing.T) {
	w := newWorkplace(t)
	want := `./demand/d.go:8:33: refusedOne must be stackless, and is not: the body is odd
./demand/d.go:8:1: example.com/m/demand.refusedOne stays on a coroutine
./demand/d.go:8:33: example.com/m/demand.refusedOne: the body is odd
./demand/d.go:11:1: example.com/m/demand.refusedTwo stays on a coroutine
./demand/d.go:11:33: example.com/m/demand.refusedTwo: the body is odd
./demand/d.go:14:1: example.com/m/demand.borrows is lowered: 24 bytes
./demand/d.go:14:30: example.com/m/demand.borrows borrows a coroutine: the body is odd
3 functions wait: 1 lowered, 2 on coroutines; 1 call borrows a coroutine
`
	out, errs, status := w.edo("explain", "./demand")
	if filepath.ToSlash(out) != want || errs != "" || status != 1 {
		t.Errorf("status %d\n%s%swant\n%s", status, out, errs, want)
	}
}

func TestExplainIsSilentAboutPackagesThatWereNotNamed(t *testing.T) {
	w := newWorkplace(t)
	want := "./cmd/main.go:21:1: example.com/m/cmd.name is lowered: 24 bytes\n1 function waits: 1 lowered, 0 on coroutines; 0 calls borrow a coroutine\n"
	if out, errs, status := w.edo("explain", "./cmd"); status != 0 || filepath.ToSlash(out) != want || errs != "" {
		t.Errorf("status %d\n%s%swant\n%s", status, out, errs, want)
	}
}

func TestExplainHasTestsWhenAsked(t *testing.T) {
	w := newWorkplace(t)
	for flag, want := range map[string]string{"-test=false": "1 function waits", "-test": "2 functions wait"} {
		if out, errs, status := w.edo("explain", flag, "./tested"); status != 0 || !strings.Contains(out, want) {
			t.Errorf("%s: status %d\n%s%s", flag, status, out, errs)
		}
	}
}

func TestExplainJSONIsTheDocumentedObject(t *testing.T) {
	w := newWorkplace(t)
	out, errs, status := w.edo("explain", "-json", "./demand", "./broken")
	if status != 1 || errs != "" {
		t.Errorf("status %d\n%s", status, errs)
	}
	decoder := json.NewDecoder(strings.NewReader(out))
	decoder.DisallowUnknownFields()
	var e Explanation
	if err := decoder.Decode(&e); err != nil {
		t.Fatal(err)
	}
	if e.Waiting != 3 || e.Lowered != 1 || e.Borrows != 1 || len(e.Packages) != 2 {
		t.Fatalf("%+v", e)
	}
	demand, broken := e.Packages[0], e.Packages[1]
	if broken.State != "broken" || !strings.Contains(broken.Failure, "b.go:5:") || len(broken.Functions) != 0 {
		t.Errorf("%+v", broken)
	}
	if demand.State != "compiled" || len(demand.Problems) != 1 || len(demand.Functions) != 3 {
		t.Fatalf("%+v", demand)
	}
	f := demand.Functions[2]
	file := w.path("m/demand/d.go")
	if f.Name != "example.com/m/demand.borrows" || f.Position != (ExplainedPosition{file, 14, 1}) || f.End != (ExplainedPosition{file, 15, 2}) ||
		f.Result != "lowered" || f.FrameSize != 24 || len(f.Reasons) != 0 ||
		len(f.Borrows) != 1 || f.Borrows[0] != (ExplainedReason{ExplainedPosition{file, 14, 30}, "the body is odd"}) {
		t.Errorf("%+v", f)
	}
}

func TestExplainReportsWhatGoListSays(t *testing.T) {
	w := newWorkplace(t)
	w.write("m/go.mod", "modul example.com/m\n")
	if out, errs, status := w.edo("explain"); status != 1 || out != "" || !strings.Contains(errs, "unknown directive: modul") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
	for flag, want := range map[string]string{
		"-C":        "flag needs an argument: -C\nedo explain --help tells more\n",
		"--unknown": "flag provided but not defined: -unknown\nedo explain --help tells more\n",
	} {
		if out, errs, status := w.edo("explain", flag); status != 2 || out != "" || errs != want {
			t.Errorf("%s: status %d\n%s%s", flag, status, out, errs)
		}
	}
}

func TestExplainSaysWhyWhatWasNamedCannotBeBuilt(t *testing.T) {
	w := newWorkplace(t)
	w.write("m/imports/i.go", "package imports\n\nimport (\n\t_ \"example.com/m/absent\"\n\t_ \"github.com/edo-go/edo\"\n)\n")
	w.write("m/empty/text", "")
	for name, why := range map[string]string{
		"./absent":  "directory not found",
		"./empty":   "no Go files in",
		"./broken":  "cannot use 1",
		"./imports": "no required module provides package example.com/m/absent",
	} {
		out, errs, status := w.edo("explain", "./light", name)
		if status != 1 || errs != "" || !strings.Contains(out, " cannot be built: ") || !strings.Contains(out, why) || !strings.Contains(out, "1 function waits") {
			t.Errorf("%s: status %d\n%s%s", name, status, out, errs)
		}
	}
	out, _, status := w.edo("explain", "-json", "./absent")
	var e Explanation
	if err := json.Unmarshal([]byte(out), &e); err != nil {
		t.Fatal(err)
	}
	if status != 1 || len(e.Packages) != 1 || e.Packages[0].State != "broken" || !strings.Contains(e.Packages[0].Failure, "directory not found") {
		t.Errorf("status %d, %+v", status, e)
	}
}

// The calls of function values are counted apart, and the frames that do not lie in that of the caller.
func TestExplainTellsWhatDependsOnTheProgram(t *testing.T) {
	w := newWorkplace(t)
	w.env = append(w.env, asCommand+"=real", "GOWORK=off")
	edo, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	w.write("v/go.mod", "module example.com/v\n\ngo 1.26\n\nrequire github.com/edo-go/edo v0.0.0\n\nreplace github.com/edo-go/edo => "+edo+"\n")
	w.write("v/v.go", `package v

import "github.com/edo-go/edo"

func value(task *edo.Task, fn func(task *edo.Task) error) error { return fn(task) }

func large(task *edo.Task, a, b [10]int) int {
	edo.Yield(task)
	return a[0] + b[0]
}

func outer(task *edo.Task, n int) int { return n + large(task, [10]int{n}, [10]int{}) }

func starts(s edo.Spawner) error {
	edo.Go(s, func(task *edo.Task) error { return edo.Yield(task) })
	return s.(*edo.Task).Err()
}

func spawns(task *edo.Task) error {
	edo.Yield(task)
	return starts(task)
}
`)
	explain := func(args ...string) string {
		cmd, out, errs := w.start("edo", append([]string{"explain"}, args...)...)
		cmd.Dir = w.path("v")
		text, problems, status := w.wait(cmd, out, errs)
		if status != 0 || problems != "" {
			t.Fatalf("status %d\n%s", status, problems)
		}
		return text
	}
	text := explain()
	for _, want := range []string{
		"v.value may borrow a coroutine: the function is a value, and borrows none if it was compiled\n",
		"v.outer is lowered: 32 bytes, and up to 168 more for a call that waits\n",
		"v.spawns borrows a coroutine: starts takes an edo.Spawner, and does more with it than spawn: ",
		"lowered, 0 on coroutines; 1 call borrows a coroutine, 1 may\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	var e Explanation
	if err := json.Unmarshal([]byte(explain("-json")), &e); err != nil {
		t.Fatal(err)
	}
	if f := e.Packages[0].Functions[0]; e.MayBorrow != 1 || len(f.MayBorrow) != 1 || len(f.Borrows) != 0 {
		t.Errorf("%+v", e)
	}
	if f := e.Packages[0].Functions[2]; f.Apart != 168 {
		t.Errorf("%+v", f)
	}
}
