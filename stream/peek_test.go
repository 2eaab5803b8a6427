package stream_test

import (
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

// peekOf polls p for the item that it shows.
func peekOf(task *edotest.Task, p *stream.Peekable[int]) (v int, poll edo.Poll, err error) {
	task.Enter(func(cx *edo.Context) { v, poll, err = p.PollPeek(cx) })
	return v, poll, err
}

func TestAPeekLeavesTheItemInTheStream(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Give(1).Fail(errTest).Wait().Give(2)
	p := stream.Peek[int](src)
	for range 2 {
		if v, poll, err := peekOf(task, p); v != 1 || poll != edo.Ready || err != nil || src.Polls() != 1 {
			t.Fatalf("%d, %v, %v", v, poll, err)
		}
	}
	if v := edotest.RequireNext(t, task, p); v != 1 {
		t.Fatalf("got %d", v)
	}
	if _, poll, err := peekOf(task, p); poll != edo.Ready || err != errTest {
		t.Fatalf("%v, %v", poll, err)
	}
	edotest.RequireNextError(t, task, p, errTest)
	if _, poll, _ := peekOf(task, p); poll != edo.Pending {
		t.Fatalf("got %v", poll)
	}
	src.Wake()
	requireItems(t, task, p, 2)
	if _, poll, _ := peekOf(task, p); poll != edo.End || src.Drops() != 1 {
		t.Fatalf("got %v", poll)
	}
}

func TestAPeekThatIsCancelledLosesNothing(t *testing.T) {
	src := owntest.NewScript[int](t).Wait().Give(1)
	inSim(t, func(task *edo.Task) error {
		p := stream.Peek[int](src)
		h := edo.Go(task, func(task *edo.Task) error { _, _, err := p.Peek(task); return err })
		edo.Yield(task)
		h.Abort()
		h.Await(task)
		src.Wake()
		if v, ok, err := p.Peek(task); v != 1 || !ok || err != nil {
			t.Errorf("%d, %v, %v", v, ok, err)
		}
		p.Drop()
		if src.Drops() != 1 {
			t.Error("the source was not dropped")
		}
		return nil
	})
}

func ExamplePeek() {
	edo.Run(func(task *edo.Task) error {
		p := stream.Peek[int](stream.Values(1, 2))
		defer p.Drop()
		seen, _, _ := p.Peek(task)
		next, _, _ := edo.Next(task, p)
		fmt.Println(seen, next)
		return nil
	})
	// Output: 1 1
}
