package aio_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/tasktest"
)

func TestTheStepFormsDoWhatTheDirectFormsDo(t *testing.T) {
	f, _ := file(t, 100)
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
		ops = append(ops, tasktest.OpOf("SendFile",
			func(task *edo.Task) (int64, error) { return aio.SendFile(task, d, f, 3, 9) },
			func(task *edo.Task, st *edo.Step) (bool, int64, error) { return aio.SendFileStep(task, st, d, f, 3, 9) }))
		ops = append(ops, tasktest.OpOf("CopyBidirectional",
			func(task *edo.Task) (aio.Copied, error) {
				fromA, fromB, err := aio.CopyBidirectional(task, c, b)
				return aio.Copied{FromA: fromA, FromB: fromB}, err
			},
			func(task *edo.Task, st *edo.Step) (bool, aio.Copied, error) {
				done, fromA, fromB, err := aio.CopyBidirectionalStep(task, st, c, b)
				return done, aio.Copied{FromA: fromA, FromB: fromB}, err
			}))
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

func TestTheStepFormsOfBufferedReadersDoWhatTheDirectFormsDo(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) tasktest.World {
		a, b := aio.Duplex(5)
		c, d := aio.Duplex(5)
		buffered := aio.NewBufferedReader(a, 4)
		var ops []tasktest.Op
		bytesOp := func(name string,
			direct func(task *edo.Task) ([]byte, error),
			step func(task *edo.Task, st *edo.Step) (bool, []byte, error),
		) {
			ops = append(ops, tasktest.OpOf(name,
				func(task *edo.Task) (text, error) { p, err := direct(task); return text(p), err },
				func(task *edo.Task, st *edo.Step) (bool, text, error) {
					done, p, err := step(task, st)
					return done, text(p), err
				}))
		}
		bytesOp("Peek",
			func(task *edo.Task) ([]byte, error) { return buffered.Peek(task, 3) },
			func(task *edo.Task, st *edo.Step) (bool, []byte, error) { return buffered.PeekStep(task, st, 3) })
		bytesOp("ReadSlice",
			func(task *edo.Task) ([]byte, error) { return buffered.ReadSlice(task, 'b') },
			func(task *edo.Task, st *edo.Step) (bool, []byte, error) { return buffered.ReadSliceStep(task, st, 'b') })
		bytesOp("ReadLine", buffered.ReadLine, buffered.ReadLineStep)
		ops = append(ops,
			tasktest.OpOf("NextByte", buffered.NextByte, buffered.NextByteStep),
			tasktest.OpOf("Discard",
				func(task *edo.Task) (int, error) { return buffered.Discard(task, 6) },
				func(task *edo.Task, st *edo.Step) (bool, int, error) { return buffered.DiscardStep(task, st, 6) }),
			tasktest.OpOf("ReadInt",
				func(task *edo.Task) (uint16, error) { return aio.ReadInt[uint16](task, c, binary.BigEndian) },
				func(task *edo.Task, st *edo.Step) (bool, uint16, error) {
					return aio.ReadIntStep[uint16](task, st, c, binary.BigEndian)
				}),
			tasktest.OpOfError("WriteInt",
				func(task *edo.Task) error { return aio.WriteInt(task, d, binary.BigEndian, uint32(7)) },
				func(task *edo.Task, st *edo.Step) (bool, error) {
					return aio.WriteIntStep(task, st, d, binary.BigEndian, uint32(7))
				}),
			tasktest.OpOf("WriteAll",
				func(task *edo.Task) (int, error) { return aio.WriteAll(task, b, []byte("ab\na\r\n")) },
				func(task *edo.Task, st *edo.Step) (bool, int, error) {
					return aio.WriteAllStep(task, st, b, []byte("ab\na\r\n"))
				}))
		return tasktest.World{Ops: ops, Events: []func(){func() { b.Close() }, func() { d.Close() }, func() {}, func() {}}}
	})
}
