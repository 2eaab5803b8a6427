package remote

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"strconv"
	"strings"

	"github.com/edo-go/edo/console"
)

const (
	maxFrame = 8 << 20 // bytes of an event; a frame has some 400,000 at the most
	maxTask  = 1 << 20 // bytes of what is known of a task
	maxText  = 2 << 20 // bytes of the stacks of the polls that run; the console takes 1 MB at the most
)

// ErrEnded is the error of a stream that the console has ended.
var ErrEnded = errors.New("the console has ended the connection")

// Frames reads the stream of the console, and calls take with each frame, until the stream or ctx ends. It returns why. The
// console keeps no frames for a reader that is slow: after a long take the next frame is a new one.
func (c *Client) Frames(ctx context.Context, take func(*console.Frame)) error {
	answer, err := c.send(ctx, "GET", "stream")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); kind != "text/event-stream" {
		return fmt.Errorf("%w; what answers at %s is none", errAddress, c.base)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, maxFrame)
	event := ""
	for lines.Scan() {
		line := lines.Text()
		if line == "" {
			event = ""
		}
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			event = name
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok && event == "frame" {
			f := &console.Frame{}
			if err := json.Unmarshal([]byte(data), f); err != nil {
				return fmt.Errorf("a frame cannot be read: %w; is the program built with another version of edo?", err)
			}
			take(f)
		}
	}
	if err := lines.Err(); err != nil {
		return c.explain(err)
	}
	return ErrEnded
}

// Task asks what is known of a task of a frame.
func (c *Client) Task(ctx context.Context, ref uint64) (*console.Task, error) {
	answer, err := c.send(ctx, "GET", "task?ref="+strconv.FormatUint(ref, 10))
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	t := &console.Task{}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxTask)).Decode(t); err != nil {
		return nil, fmt.Errorf("what is known of the task cannot be read: %w", err)
	}
	return t, nil
}

// Stacks asks for the stacks of the polls that run. The program stands still while they are taken.
func (c *Client) Stacks(ctx context.Context) (text string, err error) {
	answer, err := c.send(ctx, "POST", "stacks")
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(io.LimitReader(answer.Body, maxText))
	return string(all), err
}
