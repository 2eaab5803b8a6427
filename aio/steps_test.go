package aio_test

import (
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/tasktest"
)

func TestTheStepFormsDoWhatTheDirectFormsDo(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) tasktest.World {
		a, b := aio.Duplex(8)
		c, d := aio.Duplex(5)
		var ops []tasktest.Op
		for i, p := range []*aio.Pipe{a, b, c, d} {
			ops = append(ops, pipeOps(string(rune('a'+i)), p)...)
		}
		ops = append(ops, tasktest.OpOf("Copy",
			func(task *edo.Task) (int64, error) { return aio.Copy(task, c, b) },
			func(task *edo.Task, st *edo.Step) (bool, int64, error) { return aio.CopyStep(task, st, c, b) }))
		return tasktest.World{
			Ops:    ops,
			Events: []func(){func() { a.Close() }, func() { d.Close() }, func() {}, func() {}, func() {}},
		}
	}, except...)
}

// except are operations on a pipe, whose buffer takes what they give: they do not wait for it.
var except = func() (all []string) {
	for _, p := range []string{"a", "b", "c", "d"} {
		all = append(all, "Flush "+p+" cancelled", "Shutdown "+p+" cancelled")
	}
	return all
}()

// text is what an operation has read.
type text string

// pipeOps returns the operations on a pipe.
func pipeOps(name string, p *aio.Pipe) []tasktest.Op {
	read := func(n int, buf []byte, err error) (text, error) { return text(buf[:n]), err }
	buf := make([]byte, 4)
	message := []byte("message of " + name)
	return []tasktest.Op{
		tasktest.OpOf("Read "+name,
			func(task *edo.Task) (text, error) { n, err := aio.Read(task, p, buf); return read(n, buf, err) },
			func(task *edo.Task, st *edo.Step) (bool, text, error) {
				done, n, err := aio.ReadStep(task, st, p, buf)
				v, err := read(n, buf, err)
				return done, v, err
			}),
		tasktest.OpOf("ReadFull "+name,
			func(task *edo.Task) (text, error) { n, err := aio.ReadFull(task, p, buf); return read(n, buf, err) },
			func(task *edo.Task, st *edo.Step) (bool, text, error) {
				done, n, err := aio.ReadFullStep(task, st, p, buf)
				v, err := read(n, buf, err)
				return done, v, err
			}),
		tasktest.OpOf("ReadAll "+name,
			func(task *edo.Task) (text, error) { all, err := aio.ReadAll(task, p, nil); return text(all), err },
			func(task *edo.Task, st *edo.Step) (bool, text, error) {
				done, all, err := aio.ReadAllStep(task, st, p, nil)
				return done, text(all), err
			}),
		tasktest.OpOf("Write "+name,
			func(task *edo.Task) (int, error) { return aio.Write(task, p, message) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return aio.WriteStep(task, st, p, message) }),
		tasktest.OpOf("WriteAll "+name,
			func(task *edo.Task) (int, error) { return aio.WriteAll(task, p, message) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) { return aio.WriteAllStep(task, st, p, message) }),
		tasktest.OpOfError("Flush "+name,
			func(task *edo.Task) error { return aio.Flush(task, p) },
			func(task *edo.Task, st *edo.Step) (bool, error) { return aio.FlushStep(task, st, p) }),
		tasktest.OpOfError("Shutdown "+name,
			func(task *edo.Task) error { return aio.Shutdown(task, p) },
			func(task *edo.Task, st *edo.Step) (bool, error) { return aio.ShutdownStep(task, st, p) }),
	}
}
