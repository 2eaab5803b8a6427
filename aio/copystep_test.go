package aio

import (
	"testing"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
)

// copying is a compiled function that copies.
type copying struct {
	dst, src *Pipe
	kept     *[]*remembered // what its Step has kept, in each wait
	n        *int64
	st       edo.Step
}

func (*copying) FunctionName() string { return "aio.copying" }

func (f *copying) Poll(task *edo.Task) (done bool, err error) {
	done, *f.n, err = CopyStep(task, &f.st, f.dst, f.src)
	if !done {
		*f.kept = append(*f.kept, edo.StepState[remembered](&f.st))
	}
	return done, err
}

func TestACopyInStepsThatHoldsNoBytesKeepsNoFuture(t *testing.T) {
	if size := unsafe.Sizeof(remembered{}); size > 32 {
		t.Errorf("an idle copy takes %d bytes", size)
	}
	err := edo.Run(func(task *edo.Task) error {
		in, src := Duplex(4)
		dst, out := Duplex(4)
		var kept []*remembered
		var n int64
		copies := edo.GoStep(task, copying{dst: dst, src: src, kept: &kept, n: &n})
		b := make([]byte, 4)
		for i := range 3 {
			for len(kept) <= i {
				edo.Yield(task)
			}
			if _, err := Write(task, in, []byte("abc")); err != nil {
				return err
			}
			if _, err := ReadFull(task, out, b[:3]); err != nil || string(b[:3]) != "abc" {
				t.Errorf("got %q, %v", b[:3], err)
			}
		}
		for len(kept) < 4 {
			edo.Yield(task)
		}
		for i, k := range kept {
			if k == nil || k != kept[0] {
				t.Errorf("wait %d: the Step keeps %p, want what it kept in the first wait", i, k)
			}
		}

		// While its bytes are not taken it keeps the future, which has them.
		if _, err := Write(task, in, []byte("abcd")); err != nil {
			return err
		}
		if _, err := Write(task, in, []byte("e")); err != nil {
			return err
		}
		for kept[len(kept)-1] != nil {
			edo.Yield(task)
		}
		in.Close()
		all := make([]byte, 5)
		if _, err := ReadFull(task, out, all); err != nil || string(all) != "abcde" {
			t.Errorf("got %q, %v", all, err)
		}
		_, err := edo.Await(task, copies)
		if n != 3*3+5 {
			t.Errorf("copied %d bytes", n)
		}
		return err
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestACopyThatGoesOnAfterItWasKeptIsTheSame(t *testing.T) {
	_, src := Duplex(4)
	dst, _ := Duplex(4)
	o := &transfer{dst: dst, src: src}
	o.spliced.mode = splicesNever
	edotest.RequirePending(t, edotest.NewTask(), edo.Future[int64](o))
	before := *o
	if before.remembered == (remembered{}) {
		t.Fatal("the copy does not remember that its read is pending")
	}
	var st edo.Step
	o.keepIn(&st)
	if *o != (transfer{}) {
		t.Errorf("the future that was given back is %+v", *o)
	}
	after := new(transfer)
	after.begin(dst, src, edo.StepState[remembered](&st))
	before.kept, before.mode = after.kept, after.mode
	if *after != before {
		t.Errorf("the copy was %+v and is %+v", before, *after)
	}
}
