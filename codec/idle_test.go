package codec_test

import (
	"runtime"
	"testing"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
)

// quiet is a connection without memory of its own. Nothing comes in, and it takes all bytes.
type quiet struct{ flood }

func (quiet) PollRead(*edo.Context, []byte) (int, edo.Poll, error) { return 0, edo.Pending, nil }

// idleFramed is how many bytes a Framed takes while it waits, besides its connection, its
// codec and its task.
const idleFramed = 96

func TestIdleFramedIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(codec.Framed[[]byte, []byte]{}); n > idleFramed {
		t.Errorf("a Framed is %d bytes, want at most %d", n, idleFramed)
	}
	for _, c := range []struct {
		name string
		n    uintptr
		want uintptr
	}{
		{"LengthDelimited", unsafe.Sizeof(codec.LengthDelimited{}), 32},
		{"Lines", unsafe.Sizeof(codec.Lines{}), 24},
		{"JSONLines", unsafe.Sizeof(codec.JSONLines[int]{}), 32},
		{"AnyDelimiter", unsafe.Sizeof(codec.AnyDelimiter{}), 56},
		{"Bytes", unsafe.Sizeof(codec.Bytes{}), 0},
	} {
		if c.n > c.want {
			t.Errorf("a %s is %d bytes, want at most %d", c.name, c.n, c.want)
		}
	}
}

// The whole memory of connections that have received and sent a frame and then wait, as the
// collector sees it: no buffer is in it.
func TestIdleFramedHoldsNoMemoryButItself(t *testing.T) {
	if invariant.Enabled {
		t.Skip("under the race detector allocations are larger")
	}
	const n = 10_000
	task := edotest.NewTask()
	all := make([]*lines, n)
	before := heapInUse()
	for i := range all {
		f := newLines(quiet{})
		all[i] = f
		edotest.RequireReady(t, task, f.SendFuture("hello"))
		edotest.RequireNextPending(t, task, f)
	}
	each := float64(heapInUse()-before) / n
	t.Logf("%.0f bytes each", each)
	if each > idleFramed+32+8 { // its codec, and a share of what belongs to all
		t.Errorf("an idle connection of lines takes %.0f bytes, want at most %d", each, idleFramed+40)
	}
	runtime.KeepAlive(all)
}

// heapInUse returns the size of the objects that are in use.
func heapInUse() int64 {
	var m runtime.MemStats
	for range 3 { // a pool keeps what it has for two collections
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
