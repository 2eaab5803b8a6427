package link

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func TestTheAnswerToAMessageIsItsPlaceOrAnError(t *testing.T) {
	for _, c := range []struct {
		data    string
		code    jetstream.ErrorCode // of the broker's error; 0: none
		foreign bool
	}{
		{data: `{"stream":"edo_mails","seq":7,"duplicate":true}`},
		{data: `{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 1"},"stream":"edo_mails","seq":0}`, code: 10071},
		{data: `{"seq":7}`, foreign: true},
		{data: `{}`, foreign: true},
		{data: `hello`, foreign: true},
		{foreign: true},
	} {
		ack, err := Stored(&nats.Msg{Data: []byte(c.data)})
		switch {
		case c.foreign:
			if !errors.Is(err, ErrNotJetStream) {
				t.Errorf("%q is %v, %v", c.data, ack, err)
			}
		case c.code != 0:
			if !HasCode(err, c.code) || HasCode(err, c.code+1) {
				t.Errorf("%q is %v, %v", c.data, ack, err)
			}
		case err != nil || ack.Stream != "edo_mails" || ack.Sequence != 7 || !ack.Duplicate:
			t.Errorf("%q is %+v, %v", c.data, ack, err)
		}
	}
}

// What is read in a hurry is read as the JSON that it is.
func FuzzTheUsualAnswerIsReadAsJSON(f *testing.F) {
	for _, seed := range []string{
		`{"stream":"edo_mails","seq":7}`, `{"stream":"a\"b","seq":7}`, `{"stream":"","seq":7}`, `{"stream":"x","seq":07}`, `{"stream":"x","seq":+7}`,
		`{"stream":"x","seq":18446744073709551616}`, `{"stream":"x","seq":7,"duplicate":true}`, `{"stream":"x","seq":7e1}`, `{"stream":"x","seq":}`,
		`{"stream":"x","seq":"y","seq":7}`, "{\"stream\":\"\xff\",\"seq\":7}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ack := usual(data)
		if ack == nil {
			return
		}
		var s stored
		if err := json.Unmarshal(data, &s); err != nil || s.Error != nil || s.PubAck == nil || *s.PubAck != *ack {
			t.Errorf("%q is %+v, and as JSON %+v, %v", data, ack, s.PubAck, err)
		}
	})
	if usual([]byte(`{"stream":"edo_mails","seq":7}`)) == nil {
		f.Error("it reads nothing")
	}
}

func TestAnErrorHasItsCodeAlsoInsideOfAnother(t *testing.T) {
	api := &jetstream.APIError{Code: 404, ErrorCode: 10014}
	var none *jetstream.APIError // that of an answer which could not be read
	for _, c := range []struct {
		err  error
		want bool
	}{{api, true}, {fmt.Errorf("a queue: %w", api), true}, {none, false}, {nil, false}, {errors.New("10014"), false}} {
		if got := HasCode(c.err, 10014); got != c.want {
			t.Errorf("%v has the code: %v, want %v", c.err, got, c.want)
		}
	}
}
