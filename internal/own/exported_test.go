package own_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/sim"

	"github.com/edo-go/edo"
)

// noCombinators are exported functions of packages future and stream without a row: they add
// methods to their source, or read a value, or are the step forms of those that have one.
var noCombinators = []string{
	"future.Of", "future.Result.Get", "future.Shared.Clone", "future.Shared.Waits", "stream.Of", "stream.StreamMap.Len", "stream.StreamMap.Has",
	"stream.Peekable.PollPeek", "stream.Peekable.Peek", "stream.Peekable.PeekStep",
	"future.JoinTaskStep", "future.TryJoinTaskStep", "future.RaceTaskStep",
	"stream.AllStep", "stream.AllEnd", "stream.EachStep", "stream.EachEnd",
	"stream.SendStep", "stream.SendAllStep", "stream.ForwardStep", "stream.FoldTaskStep", "stream.ForEachTaskStep",
}

// exceptions are futures, streams, and functions that return them, without a row of
// their own, and why. An exception that is not needed fails the test as well.
var exceptions = map[string]string{
	"future.Of": "its source, with methods",
	"stream.Of": "its source, with methods",

	// Types that only one function polls, which has a row or tests of its own.
	"joinset.handles":                    "in Set.JoinNext, as in PollNext",
	"selector.turn":                      "in Select.Next",
	"joinset.Set.JoinNext":               "the handle has resolved",
	"joinset.Set.JoinNextStep":           "the step form of Set.JoinNext",
	"selector.Select.ElseStep":           "the step form of Select.Else: its source",
	"stream.FoldTaskStep":                "FoldFuture of AsyncStep, which have rows",
	"stream.ForEachTaskStep":             "ForEachFuture of AsyncStep, which have rows",
	"edo.nilFuture":                      "in Spawn of nil: owns nothing, never waits",
	"edo.ownCancellation":                "in Task.Cancelled: owns nothing, and never ends by itself",
	"edo.GoValue":                        "Spawn of an Async, which has a row; and among the manners to spawn",
	"edo.GoStep":                         "Go, with a frame; and among the manners to spawn",
	"edo.GoValueStep":                    "GoValue, with a frame; and among the manners to spawn",
	"chantest.withoutValue":              "adapts the futures of channels to their common tests",
	"future.taskGroup":                   "in JoinTask, TryJoinTask and RaceTask",
	"stream.sinkWait":                    "in Send",
	"stream.peeked":                      "a Peekable, in Peek: it owns nothing of its own",
	"stream.group":                       "in GroupBy",
	"aio.netOp":                          "in Read and Write of NetConn",
	"socket.readFiles":                   "no simulator passes files: TestAReadFilesThatIsCancelledLeavesTheFilesToTheNext",
	"socket.writeFiles":                  "no simulator passes files; it is a write, which has a row",
	"aio.readInt":                        "in ReadInt, as in ReadIntFuture",
	"aio.netAccept":                      "in Accept of NetListener",
	"supervise.made":                     "the future of a child, TestFuturesOfChildrenAreDroppedOnce",
	"supervise.spawned":                  "in Supervisor.Go, which is among the manners to spawn, and in Nested",
	"supervise.Supervisor.Go":            "among the manners to spawn",
	"supervise.Call":                     "owns nothing: TestACallThatIsCancelledIsNotUndone",
	"supervise.Supervisor.StartedFuture": "see supervise.Call",
	"supervise.Supervisor.AddFuture":     "see supervise.Call",
	"supervise.Supervisor.StopFuture":    "see supervise.Call",
	"supervise.Supervisor.RestartFuture": "see supervise.Call",
	"supervise.Supervisor.Events":        "a receiver of package broadcast, which has rows",
	"tlsconn.handshake":                  "an Async, and a connection: TestAHandshakeThatIsAbortedOrDroppedClosesTheConnectionBelow",
	"tlsconn.dial":                       "DialFuture, which has a row, and then a handshake: TestAnAbortedDialClosesItsConnection",
	"tlsconn.DialFuture":                 "see tlsconn.dial",
	"tlsconn.Acceptor.AcceptFuture":      "see tlsconn.handshake",
	"tlsconn.ConnectFuture":              "see tlsconn.handshake",
	"tlsconn.farewell":                   "at the end of a handshake, on its coroutine",
	"mpsc.waiter":                        "in Send, Reserve and ReserveMany",
	"mpsc.arriving":                      "in RecvMany",
	"mpsc.closer":                        "in Sender.Closed, as in ClosedFuture",
	"mpmc.offer":                         "in Send, Reserve and ReserveMany",
	"mpmc.turn":                          "in Recv and RecvMany",
	"mpmc.closer":                        "in Sender.Closed, as in ClosedFuture",
	"alarm.Alarm":                        "in SendTimeout and RecvTimeout",
	"watch.waitForLeaf":                  "in WaitFor",
	"lock.request":                       "in LockFuture and AcquireFuture, and their direct style",
	"codec.readyFuture":                  "in Feed and Send",
	"codec.writeReadyFuture":             "in Feed and Send",
	"own.Future":                         "a part of combinators: slot_test.go",
	"own.Stream":                         "a part of combinators: slot_test.go",
	"owntest.Script":                     "the rows are tested with it",
	"edotest.inspected":                  "of a mock task, in tests",
	"sim.advance":                        "owns nothing: TestACancelledAdvanceStopsTheClock",
	"aio.lingering":                      "in CloseLingering, with a time limit, as in CloseLingeringFuture",
}

// pending are names that are still to get a row. Leave it empty.
var pending = []string{}

func TestEveryCombinatorHasARow(t *testing.T) {
	var want []string
	got := slices.Clone(noCombinators)
	for _, p := range parse(t, "../..") {
		if p.name == "future" || p.name == "stream" {
			want = append(want, p.exported()...)
		}
	}
	for _, r := range combinators {
		got = append(got, r.name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("rows:     %v\nexported: %v", got, want)
	}
}

// TestEveryFutureAndStreamHasARow reads the packages, so that a future or a stream, or
// a function that returns one, cannot be added without its row. A type is covered when a
// row builds one; a function when a row has its name.
func TestEveryFutureAndStreamHasARow(t *testing.T) {
	packages := parse(t, "../..")
	covered := built(t)
	for _, r := range rows() {
		covered = append(append(covered, r.name), r.also...)
	}
	types := make(map[string]bool)
	for _, p := range packages {
		if p.name == "tasktest" || p.name == "idletest" || p.name == "planted" { // for tests alone
			continue
		}
		for _, name := range p.polled() {
			types[p.name+"."+name] = true
		}
	}
	want := slices.Collect(maps.Keys(types))
	for _, p := range packages {
		want = append(want, p.makers(types)...)
	}
	for _, name := range want {
		excepted := exceptions[name] != "" || slices.Contains(pending, name)
		if has := slices.Contains(covered, name); has == excepted {
			t.Errorf("%s: covered by a row: %v, excepted: %v, want one of the two", name, has, excepted)
		}
	}
	for _, name := range append(slices.Collect(maps.Keys(exceptions)), pending...) {
		if !slices.Contains(want, name) {
			t.Errorf("the exception %s is not needed", name)
		}
	}
	if len(types) < 50 {
		t.Errorf("only %d futures and streams were found", len(types))
	}
}

// TestEverySpawnHasAManner finds the functions with a SpawnOption: they spawn.
func TestEverySpawnHasAManner(t *testing.T) {
	var want []string
	for _, p := range parse(t, "../..") {
		want = append(want, p.spawns()...)
	}
	var got []string
	for _, m := range manners {
		if name, _, also := strings.Cut(m.name, " of "); !also {
			got = append(got, name)
		}
	}
	for _, name := range want {
		if slices.Contains(got, name) == slices.Contains(pending, name) {
			t.Errorf("%s is not among the manners to spawn a task: %v", name, got)
		}
	}
	if len(want) < len(got) {
		t.Errorf("found only %v", want)
	}
}

// built returns the types of the futures and streams that the rows build.
func built(t *testing.T) (names []string) {
	err := sim.Run(1, func(task *edo.Task) error {
		for _, r := range rows() {
			s := &scene{t: t, task: edotest.NewTask(), root: task}
			sub := r.build(s)
			if sub.made != nil {
				names = append(names, typeName(reflect.ValueOf(sub.made)))
			}
			sub.drop()
			sub.dropAround()
			for _, check := range s.checks {
				check()
			}
		}
		return nil
	}, quietly)
	if err != nil {
		t.Fatal(err)
	}
	return append(names, "future.Fut", "stream.Seq") // they wrap most of them
}

// typeName returns the name of the type of the future or stream v; for a Fut and a Seq that
// of the one inside.
func typeName(v reflect.Value) string {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	name, _, _ := strings.Cut(v.Type().String(), "[")
	if name == "future.Fut" || name == "stream.Seq" {
		if node := v.Field(0); !node.IsNil() {
			return typeName(node.Elem().Field(0))
		}
	}
	return name
}

// source is a package.
type source struct {
	name     string
	internal bool // only the library imports it
	files    []*ast.File
}

// outside are the directories of the module with packages that are not of the library.
var outside = []string{"examples", "docs"}

// isModule tells whether the directory is the root of a module.
func isModule(path string) bool {
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil
}

// parse parses the library, without its tests and without the modules below it.
func parse(t *testing.T, root string) (all []source) {
	t.Helper()
	found := make(map[string]*source)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if d.IsDir() {
			if slices.Contains(outside, rel) || isModule(path) && rel != "." || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && rel != "." {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := filepath.Dir(path)
		if found[dir] == nil {
			found[dir] = &source{name: file.Name.Name, internal: strings.HasPrefix(rel, "internal")}
		}
		found[dir].files = append(found[dir].files, file)
		return nil
	})
	if err != nil || found[root] == nil {
		t.Fatalf("the library is not at %s: %v", root, err)
	}
	for _, dir := range slices.Sorted(maps.Keys(found)) {
		all = append(all, *found[dir])
	}
	return all
}

// each calls fn with every function and method.
func (p source) each(fn func(d *ast.FuncDecl)) {
	for _, file := range p.files {
		for _, d := range file.Decls {
			if d, ok := d.(*ast.FuncDecl); ok {
				fn(d)
			}
		}
	}
}

// exported returns the exported functions, and the exported methods of exported types except
// those that make them futures, streams and Droppers.
func (p source) exported() (names []string) {
	p.each(func(d *ast.FuncDecl) {
		if name := p.nameOf(d); name != "" && !slices.Contains([]string{"Poll", "PollNext", "Drop"}, d.Name.Name) {
			names = append(names, name)
		}
	})
	return names
}

// nameOf returns the name of d with its package and type, or "" when it is not exported.
func (p source) nameOf(d *ast.FuncDecl) string {
	recv := receiver(d)
	switch {
	case !d.Name.IsExported() || recv != "" && !ast.IsExported(recv):
		return ""
	case recv == "":
		return p.name + "." + d.Name.Name
	}
	return p.name + "." + recv + "." + d.Name.Name
}

// polled returns the types that are futures or streams.
func (p source) polled() (types []string) {
	p.each(func(d *ast.FuncDecl) {
		if d.Recv == nil || d.Name.Name != "Poll" && d.Name.Name != "PollNext" {
			return
		}
		results := typesIn(d.Type.Results)
		if len(results) == 3 && baseName(results[1]) == "Poll" && baseName(results[2]) == "error" {
			types = append(types, receiver(d))
		}
	})
	return types
}

// makers returns the exported functions that return one of types, or any future or
// stream.
func (p source) makers(types map[string]bool) (names []string) {
	p.each(func(d *ast.FuncDecl) {
		name := p.nameOf(d)
		if name == "" || p.internal {
			return
		}
		for _, result := range typesIn(d.Type.Results) {
			of := qualified(p.name, result)
			if types[of] || of == "edo.Future" || of == "edo.Stream" || of == "stream.Stream" {
				names = append(names, name)
				return
			}
		}
	})
	return names
}

// spawns returns the exported functions that take a SpawnOption.
func (p source) spawns() (names []string) {
	p.each(func(d *ast.FuncDecl) {
		params := typesIn(d.Type.Params)
		if len(params) != 0 && baseName(params[len(params)-1]) == "SpawnOption" && p.nameOf(d) != "" && !p.internal {
			names = append(names, p.nameOf(d))
		}
	})
	return names
}

// typesIn returns one type for each parameter or result.
func typesIn(fields *ast.FieldList) (types []ast.Expr) {
	if fields == nil {
		return nil
	}
	for _, f := range fields.List {
		for range max(1, len(f.Names)) {
			types = append(types, f.Type)
		}
	}
	return types
}

// receiver returns the name of the type that fn is a method of, or "".
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return ""
	}
	return baseName(fn.Recv.List[0].Type)
}

// baseName returns the name of a type, without its package, its type arguments, and its
// pointers.
func baseName(expr ast.Expr) string {
	_, name, _ := strings.Cut(qualified("", expr), ".")
	return name
}

// qualified returns the name of a type with its package, which is home when the type names
// none.
func qualified(home string, expr ast.Expr) string {
	switch x := expr.(type) {
	case *ast.StarExpr:
		return qualified(home, x.X)
	case *ast.IndexExpr:
		return qualified(home, x.X)
	case *ast.IndexListExpr:
		return qualified(home, x.X)
	case *ast.Ellipsis:
		return qualified(home, x.Elt)
	case *ast.SelectorExpr:
		return fmt.Sprint(x.X) + "." + x.Sel.Name
	case *ast.Ident:
		return home + "." + x.Name
	}
	return "?.?"
}
