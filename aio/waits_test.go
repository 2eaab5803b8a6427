package aio_test

import (
	"reflect"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/edotest"
)

func TestDuplexSaysWhatIsWaitedFor(t *testing.T) {
	a, b := aio.Duplex(1)
	reader, writer := edotest.NewTask(), edotest.NewTask()
	requireWritten(t, writer, b, "x", 1)
	edotest.RequirePending(t, reader, reading(b))
	edotest.RequirePending(t, writer, writing(b))
	want := []edo.Wait{{On: "aio: read from a Duplex", By: []string{"a write, or the end, of the other end"}}}
	if got := edotest.Waits(reader, reading(b)); !reflect.DeepEqual(got, want) {
		t.Errorf("the reader waits for %v, want %v", got, want)
	}
	want = []edo.Wait{{On: "aio: write to a Duplex of size 1", By: []string{"a read of the other end"}}}
	if got := edotest.Waits(writer, writing(b)); !reflect.DeepEqual(got, want) {
		t.Errorf("the writer waits for %v, want %v", got, want)
	}
	requireRead(t, edotest.NewTask(), a, 1, "x") // the wakers are still there
	edotest.RequireWoken(t, writer, 1)
	requireWritten(t, edotest.NewTask(), a, "y", 1)
	edotest.RequireWoken(t, reader, 1)
}
