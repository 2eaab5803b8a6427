package demo

import (
	"fmt"
	"io"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/socket"
)

const (
	messageSize = 128 // bytes
	burst       = 8   // messages between two pings
)

// client connects, and then sends and pings until the time is over. At the end it
// waits until the server has read everything.
func (d *demo) client(task *edo.Task, address string, tx *mpsc.Sender[request]) error {
	conn, err := socket.Dial(task, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	d.connected.Add(1)
	defer d.connected.Add(-1)
	d.most.Add(1)

	var message [messageSize]byte
	for !d.over.Load() {
		for range burst {
			n, err := conn.Write(task, message[:])
			d.sent.Add(int64(n))
			if err != nil {
				return err
			}
			d.messages.Add(1)
		}
		if err := ask(task, tx); err != nil {
			return err
		}
	}
	if err := conn.CloseWrite(); err != nil {
		return err
	}
	if n, err := conn.Read(task, message[:]); err != io.EOF {
		return fmt.Errorf("the server has answered %d bytes, error %v", n, err)
	}
	return nil
}

// ask asks the coordinator for a round trip, and waits until it was made.
func ask(task *edo.Task, tx *mpsc.Sender[request]) error {
	reply, answer := oneshot.New[time.Duration]()
	defer answer.Drop()
	if err := tx.Send(task, reply); err != nil {
		return err
	}
	_, err := answer.Recv(task)
	return err
}
