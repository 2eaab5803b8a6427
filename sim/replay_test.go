package sim_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

func TestAScheduleThatDoesNotFitIsTheErrorOfTheRun(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct{ schedule, why string }{
		{"0.1", ""},
		{"0.1_5.0000", ""},
		{"0.9", "choice 1 of the schedule takes the candidate with index 9, and there were 2"},
		{"40.1", "the run has ended after 5 of the 41 choices of the schedule"},
		{"0.1_6.0000", "the run of the schedule has made 6 choices, and this one 5"},
	} {
		var b strings.Builder
		main := steps(&b, 2, 3)
		err := sim.Run(0, func(task *edo.Task) error { return errors.Join(main(task), broken) }, sim.WithConfig(sim.Config{Schedule: c.schedule}))
		misfit, _ := errors.AsType[*sim.MisfitError](err)
		switch {
		case !errors.Is(err, broken):
			t.Errorf("%s hides the error of the program: %v", c.schedule, err)
		case c.why == "" && misfit != nil:
			t.Errorf("%s: %v", c.schedule, misfit)
		case c.why != "" && (misfit == nil || misfit.Why != c.why || misfit.Schedule != c.schedule || !strings.Contains(misfit.Error(), "run the test without EDO_SCHEDULE")):
			t.Errorf("%s: %v", c.schedule, misfit)
		}
	}
}

func TestAReplayThatIsNoReplayFailsTheTest(t *testing.T) {
	clearEnvironment(t)
	found := &spy{name: "TestBank"}
	sim.Explore(found, 1000, withdrawals(0))
	m := replayed.FindStringSubmatch(found.failed)
	if m == nil {
		t.Fatalf("no schedule in %q", found.failed)
	}
	seed, schedule := m[3], m[4]
	word, check, _ := strings.Cut(schedule, "_")
	choices, _, _ := strings.Cut(check, ".")
	passes := func(uint64) error {
		return sim.Run(0, func(*edo.Task) error { return nil })
	}
	for _, c := range []struct {
		what, test, schedule string
		fn                   func(uint64) error
		want                 string // in what fails the test
		fails                bool   // the program itself fails
	}{
		{"the same program", "TestBank", schedule, withdrawals(0), "", true},
		{"the choices alone", "TestOther", word, withdrawals(0), "", true},
		{"another test", "TestOther", schedule, passes, "it is that of another test than TestOther", false},
		{"another test that fails", "TestOther", schedule, withdrawals(0), "it is that of another test than TestOther", true},
		{"a program that ends early", "TestBank", schedule, passes, "the run has ended after 0 of the ", false},
		{"one that goes on", "TestBank", schedule, withdrawals(1), "the run of the schedule has made " + choices + " choices, and this one ", true},
		{"the quiet schedule of another program", "TestBank", "0_7." + check[len(choices)+1:], passes, "has made 7 choices, and this one 0", false},
	} {
		t.Setenv(sim.SeedVariable, seed)
		t.Setenv(sim.ScheduleVariable, c.schedule)
		for way, explore := range map[string]func(sim.TB){
			"Explore": func(s sim.TB) { sim.Explore(s, 1, c.fn) },
			"All":     func(s sim.TB) { sim.All(s, func() error { return c.fn(0) }) },
		} {
			s := &spy{name: c.test}
			explore(s)
			says := func(text string) bool { return strings.Contains(s.failed, text) }
			switch {
			case c.fails != says("the balance is"), c.want == "" && says("does not fit"):
				t.Errorf("%s of %s fails with %q", way, c.what, s.failed)
			case c.want != "" && (!says(c.want) || !says("run the test without EDO_SCHEDULE")):
				t.Errorf("%s of %s fails with %q, which does not say %q", way, c.what, s.failed, c.want)
			case c.want != "" && !c.fails && !says("This run has not failed"):
				t.Errorf("%s of %s fails with %q, and the run has not failed", way, c.what, s.failed)
			}
		}
	}
}
