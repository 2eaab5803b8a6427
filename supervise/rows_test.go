package supervise_test

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/supervise"
	"github.com/edo-go/edo/timer"
)

// row is something that a supervisor does, in Erlang's words.
type row struct {
	name string
	want string // what Erlang does, and edo, unless ours is not empty
	ours string
	play func(l *lab) string
}

const five = 5 * time.Second

var errStopFor = fmt.Errorf("for a reason: %w", supervise.ErrStop)

// rows are the lines of testdata/rows.escript.
var rows = append([]row{
	{"E1 defaults, a crash", "start a; alive", "", crashes(supervise.Config{}, errBoom)},
	{"E1 defaults, two crashes", "start a; ended", "", crashes(supervise.Config{}, errBoom, errBoom)},
	{"E1 intensity 0", "; ended", "", crashes(one(supervise.NoRestarts, five), errBoom)},
	{"E1 the window slides", "alive", "", func(l *lab) string {
		l.begin(one(2, 2*time.Second), l.spec("a"))
		for range 4 {
			l.die("a", errBoom)
			timer.Sleep(l.task, 1600*time.Millisecond)
		}
		return l.alive()
	}},
	{"E2 rest_for_one", "stop d, stop c, start b, start c, start d; alive", "", func(l *lab) string {
		l.begin(rest(3), l.abcd()...)
		l.die("b", errBoom)
		return join(l.told(), l.alive())
	}},
	{"E2 one_for_all", "stop d, stop c, stop a, start a, start b, start c, start d; alive", "", func(l *lab) string {
		l.begin(all(3), l.abcd()...)
		l.die("b", errBoom)
		return join(l.told(), l.alive())
	}},
	{"E2 permanent, normal", "start a; alive", "", crashes(one(1, five), nil)},
	{"E2 permanent, normal, twice", "start a; ended", "", crashes(one(1, five), nil, nil)},
	{"E3 starts that fail count", "start a, start a, start a; ended", "", func(l *lab) string {
		l.begin(one(3, five), l.spec("a", l.starts(1, errNoLuck)))
		l.die("a", errBoom)
		return join(l.told(), l.alive())
	}},
	{"E3 one_for_all", "stop c, stop a, start a, start b, stop a, start a, start b, stop a; ended", "", func(l *lab) string {
		l.begin(all(2), l.spec("a"), l.spec("b", l.starts(1, errNoLuck)), l.spec("c"))
		l.die("b", errBoom)
		return join(l.told(), l.alive())
	}},
	{"E3 rest_for_one", "stop c, start b, start c, start c, stop b, stop a; ended", "", func(l *lab) string {
		l.begin(rest(2), l.spec("a"), l.spec("b"), l.spec("c", l.starts(1, errNoLuck)))
		l.die("b", errBoom)
		return join(l.told(), l.alive())
	}},
	{"E3 first start", "start a, start b, start c, start d, stop c, stop b, stop a; failed_to_start_child d no_luck", "", func(l *lab) string {
		err := l.begin(one(1, five), l.spec("a"), l.spec("b"), l.spec("c"), l.spec("d", l.starts(0, errNoLuck)))
		var e *supervise.Error
		if !errors.As(err, &e) || !errors.Is(err, supervise.ErrStart) || len(e.Failures) != 1 {
			return fmt.Sprint(err)
		}
		return join(l.told(), fmt.Sprintf("failed_to_start_child %s %s", e.Failures[0].Child, word(e.Failures[0].Err)))
	}},
	{"E3 ignore", "a=stopped b=running", "", func(l *lab) string {
		l.begin(one(1, five), l.spec("a", l.starts(0, supervise.ErrIgnore)), l.spec("b"))
		return l.list()
	}},
	{"E3 ignore, temporary", "b=running", "", func(l *lab) string {
		l.begin(one(1, five), l.spec("a", l.starts(0, supervise.ErrIgnore), temporary), l.spec("b"))
		return l.list()
	}},
	{"E5 a temporary one dies", "; a=running", "", func(l *lab) string {
		l.begin(all(3), l.spec("a"), l.spec("b", temporary))
		l.die("b", errBoom)
		return join(l.told(), l.list())
	}},
	{"E5 a sibling of a temporary one dies", "stop b, start a; a=running", "", func(l *lab) string {
		l.begin(all(3), l.spec("a"), l.spec("b", temporary))
		l.die("a", errBoom)
		return join(l.told(), l.list())
	}},
	{"E5 one_for_all, a transient one is done", "start a, start b; a=running b=running", "", doneAnd(all(3))},
	{"E5 rest_for_one, a transient one is done", "start a, start b; a=running b=running", "", doneAnd(rest(3))},
	{"E5 one_for_all, one was terminated", "stop b, start a, start b; a=running b=running", "", terminatedAnd(all(3))},
	{"E6 any, transient, normal", "stop c, stop a; ended", "", ends(supervise.AnySignificant, transient, nil)},
	{"E6 any, transient, shutdown", "stop c, stop a; ended", "", ends(supervise.AnySignificant, transient, supervise.ErrStop)},
	{"E6 any, transient, shutdown with a reason", "stop c, stop a; ended", "", ends(supervise.AnySignificant, transient, errStopFor)},
	{"E6 any, transient, boom", "start b; alive", "", ends(supervise.AnySignificant, transient, errBoom)},
	{"E6 any, temporary, boom", "stop c, stop a; ended", "", ends(supervise.AnySignificant, temporary, errBoom)},
	{"E6 any, terminated", "stop b; alive", "", func(l *lab) string {
		l.begin(auto(one(3, five), supervise.AnySignificant), l.spec("a"), l.spec("b", transient, significant))
		l.sup.Stop(l.task, "b")
		return join(l.told(), l.alive())
	}},
	{"E6 all, one of two", "; alive", "", allSignificant("die b")},
	{"E6 all, both", "stop a; ended", "", allSignificant("die b", "die c")},
	{"E6 all, the last one terminated", "stop c; alive", "", allSignificant("die b", "stop c")},
	{"E6 all, the first one terminated", "stop b, stop a; ended", "", allSignificant("stop b", "die c")},
	{"E6 any, stopped with its siblings", "stop b, start a; a=running; alive", "", func(l *lab) string {
		l.begin(auto(all(3), supervise.AnySignificant), l.spec("a"), l.spec("b", temporary, significant))
		l.die("a", errBoom)
		return join(l.told(), l.list(), l.alive())
	}},
	{"E6 significant and permanent", "bad_combination", "", func(l *lab) string {
		return badCombination(l.begin(auto(one(1, five), supervise.AnySignificant), l.spec("a", significant)))
	}},
	{"E6 significant and never", "bad_combination", "", func(l *lab) string {
		return badCombination(l.begin(one(1, five), l.spec("a", significant, transient)))
	}},
	{"E8 errors", "restart=running, delete=running, start=already_started, terminate=ok, terminate=ok, start=already_present, " +
		"restart=ok, terminate=ok, delete=ok, restart=not_found, terminate=not_found, delete=not_found, " +
		"terminate temporary=ok, restart temporary=not_found", "", func(l *lab) string {
		l.begin(one(1, five), l.spec("a"), l.spec("t", temporary))
		var all []string
		do := func(what string, err error) { all = append(all, what+"="+word(err)) }
		do("restart", l.sup.Restart(l.task, "a"))
		do("delete", l.sup.Remove("a"))
		do("start", l.sup.Add(l.task, l.spec("a")))
		do("terminate", l.sup.Stop(l.task, "a"))
		do("terminate", l.sup.Stop(l.task, "a"))
		do("start", l.sup.Add(l.task, l.spec("a")))
		do("restart", l.sup.Restart(l.task, "a"))
		do("terminate", l.sup.Stop(l.task, "a"))
		do("delete", l.sup.Remove("a"))
		do("restart", l.sup.Restart(l.task, "a"))
		do("terminate", l.sup.Stop(l.task, "a"))
		do("delete", l.sup.Remove("a"))
		do("terminate temporary", l.sup.Stop(l.task, "t"))
		do("restart temporary", l.sup.Restart(l.task, "t"))
		return strings.Join(all, ", ")
	}},
	{"E8 an added one fails to start", "no_luck; a=running", "", func(l *lab) string {
		l.begin(one(1, five), l.spec("a"))
		err := l.sup.Add(l.task, l.spec("b", l.starts(0, errNoLuck)))
		return join(word(err), l.list())
	}},
	{"E8 a stopped one fails to start again", "no_luck; a=stopped; alive", "", func(l *lab) string {
		l.begin(one(1, five), l.spec("a", l.starts(1, errNoLuck)))
		l.sup.Stop(l.task, "a")
		err := l.sup.Restart(l.task, "a")
		return join(word(err), l.list(), l.alive())
	}},
	{"E9 one_for_one, the end", "stop d, stop c, stop b, stop a", "", func(l *lab) string {
		l.begin(one(1, five), l.abcd()...)
		l.sup.Shutdown()
		return l.told()
	}},
	{"E10 the end after a restart and an addition", "stop d, stop b, stop a", "", func(l *lab) string {
		l.begin(one(3, five), l.spec("a"), l.spec("b"))
		l.sup.Add(l.task, l.spec("d"))
		l.die("a", errBoom)
		l.told()
		l.sup.Shutdown()
		return l.told()
	}},
	{"E10 rest_for_one, an added one is behind", "stop d, start b, start d", "", func(l *lab) string {
		l.begin(rest(3), l.spec("a"), l.spec("b"))
		l.sup.Add(l.task, l.spec("d"))
		l.told()
		l.die("b", errBoom)
		return l.told()
	}},
}, restarts()...)

// defaults are the rows in which edo differs unless Config.Revive is set.
var defaults = []row{
	{"E5 one_for_all, a transient one is done", "", "start a; a=running b=stopped", doneAnd(without(all(3)))},
	{"E5 rest_for_one, a transient one is done", "", "start a; a=running b=stopped", doneAnd(without(rest(3)))},
	{"E5 one_for_all, one was terminated", "", "stop b, start a; a=running b=stopped", terminatedAnd(without(all(3)))},
}

// restarts are the rows E4: which end of which child is followed by a restart.
func restarts() (all []row) {
	for _, r := range []struct {
		name string
		set  func(*supervise.Spec)
	}{{"permanent", func(*supervise.Spec) {}}, {"transient", transient}, {"temporary", temporary}} {
		for _, how := range []struct {
			name string
			err  error
		}{{"normal", nil}, {"shutdown", supervise.ErrStop}, {"shutdown with a reason", errStopFor}, {"killed", errKill}, {"boom", errBoom}} {
			want := "start a; a=running b=running"
			switch isFailure := how.err == errKill || how.err == errBoom; {
			case r.name == "temporary":
				want = "; b=running"
			case r.name == "transient" && !isFailure:
				want = "; a=stopped b=running"
			}
			all = append(all, row{fmt.Sprintf("E4 %s, %s", r.name, how.name), want, "", func(l *lab) string {
				l.begin(one(5, five), l.spec("a", r.set), l.spec("b"))
				l.die("a", how.err)
				return join(l.told(), l.list())
			}})
		}
	}
	return all
}

func crashes(c supervise.Config, errs ...error) func(l *lab) string {
	return func(l *lab) string {
		l.begin(c, l.spec("a"))
		for _, err := range errs {
			l.die("a", err)
		}
		return join(l.told(), l.alive())
	}
}

func doneAnd(c supervise.Config) func(l *lab) string {
	return func(l *lab) string {
		l.begin(c, l.spec("a"), l.spec("b", transient))
		l.die("b", nil)
		l.die("a", errBoom)
		return join(l.told(), l.list())
	}
}

func terminatedAnd(c supervise.Config) func(l *lab) string {
	return func(l *lab) string {
		l.begin(c, l.spec("a"), l.spec("b"))
		l.sup.Stop(l.task, "b")
		l.die("a", errBoom)
		return join(l.told(), l.list())
	}
}

func ends(how supervise.AutoShutdown, restart func(*supervise.Spec), err error) func(l *lab) string {
	return func(l *lab) string {
		l.begin(auto(one(3, five), how), l.spec("a"), l.spec("b", restart, significant), l.spec("c"))
		l.die("b", err)
		return join(l.told(), l.alive())
	}
}

func allSignificant(steps ...string) func(l *lab) string {
	return func(l *lab) string {
		l.begin(auto(one(3, five), supervise.AllSignificant), l.spec("a"), l.spec("b", transient, significant), l.spec("c", transient, significant))
		for _, s := range steps {
			what, name, _ := strings.Cut(s, " ")
			if what == "die" {
				l.die(name, nil)
			} else {
				l.sup.Stop(l.task, name)
			}
		}
		return join(l.told(), l.alive())
	}
}

func badCombination(err error) string {
	if err != nil && strings.Contains(err.Error(), "Significant") {
		return "bad_combination"
	}
	return fmt.Sprint(err)
}

func TestSupervisorDoesWhatErlangsDo(t *testing.T) {
	for _, r := range append(rows, defaults...) {
		want := r.want
		if r.ours != "" {
			want = r.ours
		}
		inLab(t, func(l *lab) {
			if got := r.play(l); got != want {
				t.Errorf("%s: got %q, want %q", r.name, got, want)
			}
		})
	}
}

// The rows are what Erlang really does.
func TestErlangDoesWhatTheRowsSay(t *testing.T) {
	t.Parallel() // it waits for some seconds
	escript, err := exec.LookPath("escript")
	if err != nil {
		t.Skip("Erlang is not installed: escript, of the package erlang-base of Debian and Ubuntu (apt-get install erlang-base), runs testdata/rows.escript")
	}
	out, err := exec.Command(escript, "testdata/rows.escript").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		got[name] = text
	}
	for _, r := range rows {
		if text, ok := got[r.name]; !ok || text != r.want {
			t.Errorf("%s: Erlang does %q, want %q", r.name, text, r.want)
		}
		delete(got, r.name)
	}
	for name := range got {
		t.Errorf("the table has no row %q", name)
	}
}

// More, from the same measurements: a dynamic set is stopped at once, and a supervisor answers
// while a child is slow.
func TestChildrenOfADynamicSupervisorAreStoppedAtOnce(t *testing.T) {
	for _, s := range []supervise.Strategy{supervise.OneForOne, supervise.Dynamic} {
		inLab(t, func(l *lab) {
			var specs []supervise.Spec
			for i := range 5 {
				name := fmt.Sprint(i + 1)
				specs = append(specs, supervise.Spec{Name: name, Start: supervise.Func(func(task *edo.Task) error {
					task.Cancelled()
					l.log = append(l.log, name)
					edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, 200*time.Millisecond) })
					return nil
				})})
			}
			l.begin(supervise.Config{Strategy: s}, specs...)
			l.settle()
			start := timer.Now(l.task)
			l.sup.Shutdown()
			l.h.Await(l.task)
			took, order := timer.Now(l.task).Sub(start), strings.Join(l.log, "")
			if s == supervise.Dynamic && took != 200*time.Millisecond {
				t.Errorf("five of 200 ms took %v", took)
			}
			if s == supervise.OneForOne && (took != time.Second || order != "54321") {
				t.Errorf("one by one took %v, in the order %s", took, order)
			}
		})
	}
}
