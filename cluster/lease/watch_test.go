package lease_test

import (
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/lease"
)

func TestAWatchTellsOfAllLeasesAndThenOfTheirChanges(t *testing.T) {
	with(t, long, func(task *edo.Task, mine, other *lease.Space) error {
		acquire := func(name, holder string) *lease.Lease {
			l, err := mine.Acquire(task, name, holder)
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		a, b := acquire("a", "anna"), acquire("b c", "ben")
		all, err := other.Held(task)
		if err != nil || len(all) != 2 || all[0] != (lease.Change{Name: "a", IsHeld: true, Holder: "anna", Token: a.Token()}) ||
			all[1] != (lease.Change{Name: "b c", IsHeld: true, Holder: "ben", Token: b.Token()}) {
			t.Errorf("Held = %+v, %v", all, err)
		}
		w, one := other.Watch(), other.Watch("a")
		defer w.Drop()
		defer one.Drop()
		first := map[string]lease.Change{}
		for range 2 {
			c, err := next(task, w)
			if err != nil {
				return err
			}
			first[c.Name] = c
		}
		if len(first) != 2 || first["b c"].Holder != "ben" {
			t.Errorf("at first: %+v", first)
		}
		if err := b.Release(task); err != nil {
			return err
		}
		if c, err := next(task, w); err != nil || c != (lease.Change{Name: "b c"}) {
			t.Errorf("%+v, %v", c, err)
		}
		if err := a.Release(task); err != nil {
			return err
		}
		a = acquire("a", "carl")
		for _, w := range []*lease.Watch{w, one} { // what came between may have been left out
			c, err := next(task, w)
			for err == nil && c.Token != a.Token() {
				c, err = next(task, w)
			}
			if err != nil || c != (lease.Change{Name: "a", IsHeld: true, Holder: "carl", Token: a.Token()}) {
				t.Errorf("%+v, %v", c, err)
			}
		}
		w.Drop()
		if _, ok, err := edo.Next(task, edo.Stream[lease.Change](w)); ok || err != nil {
			t.Errorf("a watch that was dropped goes on: %v, %v", ok, err)
		}
		return a.Release(task)
	})
}

// A watch that is not read keeps one change of a lease, not all of them.
func TestAWatchThatIsSlowTellsTheLastState(t *testing.T) {
	with(t, long, func(task *edo.Task, mine, other *lease.Space) error {
		w := other.Watch()
		defer w.Drop()
		if all, err := other.Held(task); err != nil || len(all) != 0 { // the news have begun
			t.Errorf("Held = %+v, %v", all, err)
		}
		var l *lease.Lease
		for i := range 20 {
			var err error
			if l, err = mine.Acquire(task, "it", fmt.Sprint(i)); err != nil {
				return err
			}
			if i < 19 {
				if err := l.Release(task); err != nil {
					return err
				}
			}
		}
		err := until(task, func() bool {
			all, err := other.Held(task)
			return err != nil || len(all) == 1 && all[0].Token == l.Token()
		})
		if err != nil {
			return err
		}
		if c, err := next(task, w); err != nil || c.Token != l.Token() {
			t.Errorf("%+v, %v", c, err)
		}
		return l.Release(task)
	})
}

func TestEachNameHasAKeyOfItsOwn(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{"a", "A", "=", "=41", "a b", "a.b", "a=2Eb", "ä", "\x00", "l.a", "-_", "日本"} {
		key := lease.Escape(name)
		if other, ok := seen[key]; ok {
			t.Errorf("%q and %q have the key %q", name, other, key)
		}
		seen[key] = name
		if back, ok := lease.Unescape(key); !ok || back != name {
			t.Errorf("%q comes back as %q, %v", name, back, ok)
		}
	}
	for _, key := range []string{"", "=", "=4", "=ZZ", "=41", "=2e", "a.b"} {
		if name, ok := lease.Unescape(key); ok {
			t.Errorf("%q is the key of %q", key, name)
		}
	}
}

func FuzzUnescape(f *testing.F) {
	f.Add("a=2Eb")
	f.Add("=")
	f.Fuzz(func(t *testing.T, key string) {
		name, ok := lease.Unescape(key)
		if ok && lease.Escape(name) != key {
			t.Errorf("%q is the key of %q, whose key is %q", key, name, lease.Escape(name))
		}
		if back, ok := lease.Unescape(lease.Escape(key)); key != "" && (!ok || back != key) {
			t.Errorf("the name %q comes back as %q", key, back)
		}
	})
}
