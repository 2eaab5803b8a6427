package main

import (
	"bytes"
	"io"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

// longest is how long a line may be. A longer one is given in pieces.
const longest = 64 << 10

// follower is a stream of the lines of a file. At the end of the file it looks again after some
// time, or ends if it does not follow.
type follower struct {
	file     io.Reader
	every    time.Duration // how often to look for more; 0: the end of the file is the end
	buffer   []byte        // what was read and not given
	sleep    timer.Sleeper
	isAsleep bool
	hasEnded bool
}

func follow(file io.Reader, every time.Duration) *follower {
	return &follower{file: file, every: every}
}

// PollNext polls for the next line. A read of a file does not wait.
func (f *follower) PollNext(cx *edo.Context) (line string, _ edo.Poll, _ error) {
	if !cx.Proceed(&f.sleep) {
		return "", edo.Pending, nil
	}
	for {
		if line, ok := f.cut(); ok {
			return line, edo.Ready, nil
		}
		if f.hasEnded {
			return "", edo.End, nil
		}
		if f.isAsleep {
			if _, p, err := f.sleep.Poll(cx); p == edo.Pending || err != nil {
				return "", p, err
			}
			f.isAsleep = false
		}
		if err := f.read(); err != nil {
			return "", edo.Ready, err
		}
	}
}

// cut takes a line off the buffer.
func (f *follower) cut() (line string, ok bool) {
	end := bytes.IndexByte(f.buffer, '\n')
	next := end + 1
	switch {
	case end >= 0:
	case len(f.buffer) >= longest, f.hasEnded && len(f.buffer) > 0:
		end = len(f.buffer)
		next = end
	default:
		return "", false
	}
	line = string(bytes.TrimSuffix(f.buffer[:end], []byte("\r")))
	f.buffer = f.buffer[next:]
	return line, true
}

// read reads more into the buffer. At the end of the file it begins to sleep, or ends.
func (f *follower) read() error {
	var chunk [4096]byte
	n, err := f.file.Read(chunk[:])
	f.buffer = append(f.buffer, chunk[:n]...)
	switch {
	case n > 0 || err == nil:
		return nil
	case err == io.EOF && f.every > 0:
		f.sleep.Reset(f.every)
		f.isAsleep = true
		return nil
	case err == io.EOF:
		f.hasEnded = true
		return nil
	}
	f.hasEnded = true
	return err
}

// Drop stops the timer.
func (f *follower) Drop() { f.sleep.Drop() }
