package load

import (
	"bytes"
	"strings"
	"testing"

	"github.com/gobwas/ws"
)

func TestAnswersAreCheckedByteByByte(t *testing.T) {
	for _, protocol := range []string{"", WebSocket, TLS} {
		wire, err := wireOf(protocol)
		if err != nil {
			t.Fatal(err)
		}
		c, on := &client{wire: wire}, &conn{}
		c.nextRequest(on)
		answer := wire.answers[0]
		for cut := range answer {
			if err := c.checkAnswer(on, answer[:cut]); err != nil {
				t.Fatal(err)
			}
			if err := c.checkAnswer(on, answer[cut:]); err != nil || on.part != len(answer) {
				t.Fatalf("%d bytes, %v", on.part, err)
			}
			on.part = 0
			wrong := bytes.Clone(answer)
			wrong[cut]++
			if err := c.checkAnswer(on, wrong); err == nil {
				t.Errorf("%s: wrong byte %d was not seen", protocol, cut)
			}
			on.part = 0
		}
		if err := c.takeAnswer(on, answer); err != nil || on.answered != 1 {
			t.Fatal(err)
		}
		if err := c.takeAnswer(on, answer); err == nil {
			t.Error("an answer that came twice was not seen")
		}
	}
}

// What the client writes by hand is what a library reads, and the other way round.
func TestFramesAreThoseOfALibrary(t *testing.T) {
	for i, request := range frames().requests {
		in := bytes.NewReader(request)
		h, err := ws.ReadHeader(in)
		if err != nil {
			t.Fatal(err)
		}
		if !h.Fin || !h.Masked || h.OpCode != ws.OpBinary || h.Rsv != 0 || int(h.Length) != in.Len() {
			t.Errorf("the head is %+v", h)
		}
		text, got := texts()[i], request[len(request)-in.Len():]
		if ws.Cipher(got, h.Mask, 0); !bytes.Equal(got, text) {
			t.Errorf("request %d is %q", i, got)
		}
		if answer, err := ws.CompileFrame(ws.NewBinaryFrame(text)); err != nil || !bytes.Equal(answer, frames().answers[i]) {
			t.Errorf("the answer is %q, %v", answer, err)
		}
	}
}

func TestUpgradeIsChecked(t *testing.T) {
	whole := "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: " + acceptKey + "\r\n\r\n"
	for cut := range whole {
		if isWhole, err := checkUpgrade([]byte(whole[:cut])); isWhole || err != nil {
			t.Fatalf("%q: %t, %v", whole[:cut], isWhole, err)
		}
	}
	if isWhole, err := checkUpgrade([]byte(whole)); !isWhole || err != nil {
		t.Errorf("it is refused: %t, %v", isWhole, err)
	}
	for _, wrong := range []string{
		whole + "x",
		strings.Replace(whole, "101", "200", 1),
		strings.Replace(whole, acceptKey, "another", 1),
	} {
		if _, err := checkUpgrade([]byte(wrong)); err == nil {
			t.Errorf("%q was accepted", wrong)
		}
	}
}

func TestOrdersThatMakeNoSenseAreRefused(t *testing.T) {
	for _, o := range []Order{
		{Address: "127.0.0.1:1", Conns: 0, Depth: 1},
		{Address: "127.0.0.1:1", Conns: 1, Depth: 0},
		{Address: "127.0.0.1:1", Conns: 1, Depth: MaxDepth + 1},
		{Address: "nowhere", Conns: 1, Depth: 1},
		{Address: "192.0.2.1:80", Conns: 1, Depth: 1}, // not this machine
		{Address: "127.0.0.1:1", Conns: 1, Depth: 1, Protocol: "carrier pigeon"},
		{Address: "127.0.0.1:1", Conns: 1, Depth: 1, Protocol: TLS},
		{Address: "127.0.0.1:1", Conns: 1, Depth: 1, Protocol: TLS, Idle: true}, // no certificate
	} {
		if err := Run(o, strings.NewReader(""), &bytes.Buffer{}); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}
