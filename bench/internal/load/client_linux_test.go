package load

import (
	"bytes"
	"strings"
	"testing"
)

func TestAnswersAreCheckedByteByByte(t *testing.T) {
	c := &conn{}
	request := make([]byte, Size)
	c.fillRequest(request)
	if err := c.checkAnswer(request[:10]); err != nil {
		t.Fatal(err)
	}
	if err := c.checkAnswer(request[10:]); err != nil || c.part != Size {
		t.Fatalf("%d bytes, %v", c.part, err)
	}
	c.part = 0
	wrong := bytes.Clone(request)
	wrong[Size/2]++
	if err := c.checkAnswer(wrong); err == nil {
		t.Error("a wrong byte was not seen")
	}
	c.answered++
	if err := c.checkAnswer(request); err == nil {
		t.Error("an answer that came twice was not seen")
	}
}

func TestOrdersThatMakeNoSenseAreRefused(t *testing.T) {
	for _, o := range []Order{
		{Address: "127.0.0.1:1", Conns: 0, Depth: 1},
		{Address: "127.0.0.1:1", Conns: 1, Depth: 0},
		{Address: "127.0.0.1:1", Conns: 1, Depth: MaxDepth + 1},
		{Address: "nowhere", Conns: 1, Depth: 1},
		{Address: "192.0.2.1:80", Conns: 1, Depth: 1}, // not this machine
	} {
		if err := Run(o, strings.NewReader(""), &bytes.Buffer{}); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}
