package socket

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
)

// passing runs fn with both ends of a connection over which files can be passed.
func passing(t *testing.T, network string, fn func(task *edo.Task, a, b *Conn) error) {
	t.Helper()
	if runtime.GOOS == "windows" || network == "unixpacket" && runtime.GOOS != "linux" {
		t.Skip("not all systems pass files")
	}
	path := filepath.Join(t.TempDir(), "s")
	err := edo.Run(func(task *edo.Task) error {
		l, err := Listen(task, network, path)
		if err != nil {
			return err
		}
		defer l.Close()
		a, err := Dial(task, network, path)
		if err != nil {
			return err
		}
		defer a.Close()
		b, err := l.Accept(task)
		if err != nil {
			return err
		}
		defer b.Close()
		if err := errors.Join(a.SetDeadline(in(task, time.Minute)), b.SetDeadline(in(task, time.Minute))); err != nil {
			return err
		}
		return fn(task, a, b)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// pipes returns n files to pass: each is the end of a pipe to write to. read returns what was
// written to pipe i, after all its other ends were closed.
func pipes(t *testing.T, n int) (files []*os.File, read func(i int) string) {
	t.Helper()
	var ends []*os.File
	for range n {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close(); w.Close() })
		files, ends = append(files, w), append(ends, r)
	}
	return files, func(i int) string {
		files[i].Close()
		ends[i].SetReadDeadline(time.Now().Add(time.Minute))
		text, err := io.ReadAll(ends[i])
		if err != nil {
			t.Errorf("pipe %d: %v", i, err)
		}
		return string(text)
	}
}

func TestFilesArePassedWithTheirBytesAndAreTheReceivers(t *testing.T) {
	for _, network := range []string{"unix", "unixpacket"} {
		t.Run(network, func(t *testing.T) {
			for _, n := range []int{0, 1, 3, MostFiles} {
				mine, read := pipes(t, n)
				passing(t, network, func(task *edo.Task, a, b *Conn) error {
					if n, err := a.WriteFiles(task, []byte("take these"), mine...); n != 10 || err != nil {
						return fmt.Errorf("wrote %d, %v", n, err)
					}
					p := make([]byte, 64)
					size, theirs, err := b.ReadFiles(task, p)
					if string(p[:size]) != "take these" || len(theirs) != n || err != nil {
						return fmt.Errorf("got %q, %d files of %d, %v", p[:size], len(theirs), n, err)
					}
					for i, f := range theirs {
						fmt.Fprintf(f, "file %d", i)
						f.Close()
						if got := read(i); got != fmt.Sprintf("file %d", i) {
							return fmt.Errorf("pipe %d got %q", i, got)
						}
					}
					return nil
				})
			}
		})
	}
}

// A message that passes files ends a read although its buffer has room, and nothing announces
// what comes behind it.
func TestReadsGoOnBehindFiles(t *testing.T) {
	mine, read := pipes(t, 2)
	passing(t, "unix", func(task *edo.Task, a, b *Conn) error {
		write := func(text string, files ...*os.File) error {
			_, err := a.WriteFiles(task, []byte(text), files...)
			return err
		}
		if err := errors.Join(write("a", mine[0]), write("b", mine[1]), write("c")); err != nil {
			return err
		}
		var got []byte
		for p := make([]byte, 64); string(got) != "abc"; {
			n, err := b.Read(task, p)
			if err != nil {
				return fmt.Errorf("after %q: %w", got, err)
			}
			got = append(got, p[:n]...)
		}
		for i := range mine { // a plain read has lost them: no end is left open
			if text := read(i); text != "" {
				return fmt.Errorf("pipe %d got %q", i, text)
			}
		}
		return nil
	})
}

func TestFilesThatNobodyHasReadAreClosedWithTheirConnection(t *testing.T) {
	mine, read := pipes(t, 1)
	passing(t, "unix", func(task *edo.Task, a, b *Conn) error {
		waiting := edo.Go(task, func(task *edo.Task) error { // on a system without epoll it begins to read
			_, err := b.Read(task, make([]byte, 1))
			return err
		})
		if err := edo.Yield(task); err != nil {
			return err
		}
		waiting.Abort()
		if _, err := waiting.Await(task); !errors.Is(err, edo.ErrCancelled) {
			return err
		}
		if _, err := a.WriteFiles(task, []byte("x"), mine[0]); err != nil {
			return err
		}
		b.Close()
		if got := read(0); got != "" {
			return fmt.Errorf("got %q", got)
		}
		return nil
	})
}

func TestALongWriteWithFilesPassesThemOnceAndIsWhole(t *testing.T) {
	mine, _ := pipes(t, 1)
	text := bytes.Repeat([]byte("0123456789"), 100_000)
	passing(t, "unix", func(task *edo.Task, a, b *Conn) error {
		writer := edo.Go(task, func(task *edo.Task) error {
			if n, err := a.WriteFiles(task, text, mine[0]); n != len(text) || err != nil {
				return fmt.Errorf("wrote %d, %v", n, err)
			}
			return a.CloseWrite()
		})
		var got []byte
		files := 0
		for p := make([]byte, 70_000); ; {
			n, all, err := b.ReadFiles(task, p)
			files += len(all)
			for _, f := range all {
				f.Close()
			}
			if got = append(got, p[:n]...); err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
		}
		if files != 1 || !bytes.Equal(got, text) {
			return fmt.Errorf("%d files, %d bytes", files, len(got))
		}
		_, err := writer.Await(task)
		return err
	})
}

func TestAReadFilesThatIsCancelledLeavesTheFilesToTheNext(t *testing.T) {
	mine, _ := pipes(t, 1)
	passing(t, "unix", func(task *edo.Task, a, b *Conn) error {
		p := make([]byte, 8)
		waiting := edo.Go(task, func(task *edo.Task) error {
			_, _, err := b.ReadFiles(task, p)
			return err
		})
		if err := edo.Yield(task); err != nil {
			return err
		}
		waiting.Abort()
		if _, err := waiting.Await(task); !errors.Is(err, edo.ErrCancelled) {
			return fmt.Errorf("got %v", err)
		}
		if _, err := a.WriteFiles(task, []byte("x"), mine[0]); err != nil {
			return err
		}
		n, files, err := b.ReadFiles(task, p)
		if n != 1 || len(files) != 1 || err != nil {
			return fmt.Errorf("%d bytes, %d files, %v", n, len(files), err)
		}
		return files[0].Close()
	})
}

func TestErrorsOfPassingFiles(t *testing.T) {
	mine, _ := pipes(t, 1)
	closed, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	passing(t, "unix", func(task *edo.Task, a, b *Conn) error {
		for what, p := range map[string]struct {
			text  string
			files []*os.File
		}{
			"no byte":     {"", mine},
			"a closed":    {"x", []*os.File{mine[0], closed}},
			"254":         {"x", make([]*os.File, MostFiles+1)},
			"a nil *File": {"x", []*os.File{nil}},
		} {
			var op *net.OpError
			if n, err := a.WriteFiles(task, []byte(p.text), p.files...); n != 0 || !errors.As(err, &op) || op.Op != "write" {
				return fmt.Errorf("%s: %d, %v", what, n, err)
			}
		}
		b.Close()
		if _, err := a.WriteFiles(task, []byte("x"), mine...); !errors.Is(err, syscall.EPIPE) {
			return fmt.Errorf("the other side is closed: %v", err)
		}
		if _, _, err := b.ReadFiles(task, make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("after Close: %v", err)
		}
		return nil
	})
	onBoth(t, func(task *edo.Task, a, b *Conn) error {
		if _, err := a.WriteFiles(task, []byte("x"), mine...); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("TCP: %v", err)
		}
		if _, _, err := a.ReadFiles(task, make([]byte, 1)); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("TCP: %v", err)
		}
		return nil
	})
	err = sim.Run(1, func(task *edo.Task) error {
		l, err := Listen(task, "unix", "@x")
		if err != nil {
			return err
		}
		defer l.Close()
		a, err := Dial(task, "unix", "@x")
		if err != nil {
			return err
		}
		defer a.Close()
		_, written := a.WriteFiles(task, []byte("x"), mine...)
		_, _, read := a.ReadFiles(task, make([]byte, 1))
		if !errors.Is(written, errors.ErrUnsupported) || !errors.Is(read, errors.ErrUnsupported) {
			return fmt.Errorf("simulated: %v, %v", written, read)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The step forms wait, and pass files and bytes on, as the direct forms do.
func TestFilesArePassedInSteps(t *testing.T) {
	mine, read := pipes(t, 1)
	text := bytes.Repeat([]byte("x"), 1_000_000)
	passing(t, "unix", func(task *edo.Task, a, b *Conn) error {
		writer := edo.GoStep(task, tasktest.Frame{Steps: []tasktest.StepFunc{func(task *edo.Task, st *edo.Step) (bool, error) {
			done, n, err := a.WriteFilesStep(task, st, text, mine[0])
			if done && n != len(text) {
				t.Errorf("wrote %d, %v", n, err)
			}
			return done, err
		}}})
		left := len(text)
		var files []*os.File
		var steps []tasktest.StepFunc
		step := func(task *edo.Task, st *edo.Step) (bool, error) {
			for left > 0 {
				done, n, some, err := b.ReadFilesStep(task, st, make([]byte, 9_999))
				if !done {
					return false, nil
				}
				left -= n
				if files = append(files, some...); err != nil {
					return true, err
				}
			}
			return true, nil
		}
		steps = append(steps, step)
		if _, err := edo.GoStep(task, tasktest.Frame{Steps: steps}).Await(task); err != nil {
			return err
		}
		if _, err := writer.Await(task); err != nil {
			return err
		}
		if len(files) != 1 {
			return fmt.Errorf("%d files", len(files))
		}
		fmt.Fprint(files[0], "here")
		files[0].Close()
		if got := read(0); got != "here" {
			return fmt.Errorf("the pipe got %q", got)
		}
		return nil
	})
}
