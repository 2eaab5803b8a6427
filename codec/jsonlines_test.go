package codec_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
)

// event is the value of a line in these tests.
type event struct {
	Name string         `json:"name"`
	N    int64          `json:"n,omitempty"`
	Tags []string       `json:"tags,omitempty"`
	More map[string]any `json:"more,omitempty"`
	Next *event         `json:"next,omitempty"`
}

// asEvent shows an event.
func asEvent(e event) string { return fmt.Sprint(e.Name, " ", e.N) }

func TestJSONLines(t *testing.T) {
	for _, c := range []struct{ name, wire, want string }{
		{"no input, no value", "", ""},
		{"a value a line", `{"name":"a","n":1}` + "\n" + `{"name":"b","n":2}` + "\r\n", "<a 1> <b 2>"},
		{"the last line may end with the input", `{"name":"a"}` + "\n" + `{"name":"b"}`, "<a 0> <b 0>"},
		{"a last line that is cut is an error", `{"name":"a"}` + "\n" + `{"name":`, "<a 0> not JSON"},
		{"lines of white space alone are ignored", "\n\r\n  \t\n" + `{"name":"a"}` + "\n \n\n" + `{"name":"b"}` + "\n\n  ", "<a 0> <b 0>"},
		{"white space around a value", "  \t" + `{"name" : "a"}` + "  \n", "<a 0>"},
		{"null is the zero value", "null\n", "< 0>"},
		{"a bad line is an error and decoding goes on", "nonsense\n" + `{"name":"a"}` + "\n{\n}\n" + `{"name":"b"}` + "\n", "not JSON <a 0> not JSON not JSON <b 0>"},
		{"a line of another type", `{"name":1}` + "\n[]\n" + `{"name":"a"}` + "\n", "not JSON not JSON <a 0>"},
		{"two values on one line", `{"name":"a"} {"name":"b"}` + "\n" + `{"name":"c"}` + "\n", "not JSON <c 0>"},
		{"a number that does not fit", `{"n":1e40}` + "\n" + `{"n":9223372036854775807}` + "\n", "not JSON < 9223372036854775807>"},
		{"as long as it may be", `{"name":"` + strings.Repeat("x", 29) + `"}` + "\r\n", "<" + strings.Repeat("x", 29) + " 0>"},
		{"one longer", `{"name":"` + strings.Repeat("x", 30) + `"}` + "\n" + `{"name":"a"}` + "\n", "too long <a 0>"},
		{"much longer is one error", strings.Repeat("x", 500) + "\n\n" + `{"name":"a"}` + "\n", "too long <a 0>"},
		{"an unknown field is ignored", `{"name":"a","x":[{}]}` + "\n", "<a 0>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for size := range 14 {
				got := strings.Join(items(t, inPieces(c.wire, size), &codec.JSONLines[event]{Max: 40}, asEvent), " ")
				if got != c.want {
					t.Fatalf("in pieces of %d: got %q, want %q", size, got, c.want)
				}
			}
		})
	}
}

func TestJSONLinesErrorIsThatOfThePackageJSON(t *testing.T) {
	_, _, err := decodeJSON(&codec.JSONLines[event]{}, "{]\n")
	if e, ok := errors.AsType[*json.SyntaxError](err); !ok || e.Offset != 2 || !errors.Is(err, codec.ErrNotJSON) {
		t.Errorf("got %v", err)
	}
	_, _, err = decodeJSON(&codec.JSONLines[event]{}, `{"n":"x"}`+"\n")
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok || e.Field != "n" || !errors.Is(err, codec.ErrNotJSON) {
		t.Errorf("got %v", err)
	}
}

// decodeJSON decodes wire at once.
func decodeJSON[T any](j *codec.JSONLines[T], wire string) (T, bool, error) {
	var buf codec.Buffer
	buf.WriteString(wire)
	return j.Decode(&buf, true)
}

func TestJSONLinesOfABadLineReturnNoPartOfIt(t *testing.T) {
	v, ok, err := decodeJSON(&codec.JSONLines[event]{}, `{"name":"a","n":"x"}`+"\n")
	if !reflect.DeepEqual(v, event{}) || ok || err == nil {
		t.Errorf("got %+v, %v, %v", v, ok, err)
	}
}

func TestJSONLinesMayDisallowUnknownFields(t *testing.T) {
	strict := &codec.JSONLines[event]{DisallowUnknownFields: true}
	for wire, want := range map[string]string{
		`{"name":"a","x":1}`:       "not JSON",
		`{"name":"a","n":1}`:       "<a 1>",
		` {"name":"a"} ` + "\t\r":  "<a 0>",
		`{"name":"a"} x`:           "not JSON",
		`{"name":"a"}{"name":"b"}`: "not JSON",
		`{"name":"a"`:              "not JSON",
	} {
		got := items(t, inPieces(wire+"\n"+`{"name":"z"}`+"\n", 0), strict, asEvent)
		if strings.Join(got, " ") != want+" <z 0>" {
			t.Errorf("%s: got %q, want %s", wire, got, want)
		}
	}
}

func TestJSONLinesMayKeepNumbersAsTheyAre(t *testing.T) {
	const wire = `{"more":{"n":12345678901234567890}}` + "\n"
	for useNumber, want := range map[bool]any{true: json.Number("12345678901234567890"), false: 12345678901234567890.0} {
		v, ok, err := decodeJSON(&codec.JSONLines[event]{UseNumber: useNumber}, wire)
		if v.More["n"] != want || !ok || err != nil {
			t.Errorf("got %#v, %v, %v", v, ok, err)
		}
	}
}

func TestJSONLinesWriteAValueALine(t *testing.T) {
	task, conn := edotest.NewTask(), edotest.NewScript(t)
	f := codec.NewFramed(conn, &codec.JSONLines[event]{})
	feed(t, task, f, event{Name: "two\nlines"})
	feed(t, task, f, event{Name: "<é>", N: -1})
	conn.Write([]byte(`{"name":"two\nlines"}` + "\n" + `{"name":"\u003cé\u003e","n":-1}` + "\n"))
	edotest.RequireReady(t, task, f.FlushFuture())
}

// The line of a RawMessage with line ends is one line.
func TestJSONLinesWriteARawMessageOnOneLine(t *testing.T) {
	var buf codec.Buffer
	if err := (&codec.JSONLines[json.RawMessage]{}).Encode(json.RawMessage("{\n \"a\":\r\n1}"), &buf); err != nil {
		t.Fatal(err)
	}
	if got := string(buf.Bytes()); got != `{"a":1}`+"\n" {
		t.Errorf("got %q", got)
	}
}

func TestJSONLinesRefuseToEncodeWhatHasNoLine(t *testing.T) {
	var buf codec.Buffer
	err := (&codec.JSONLines[any]{}).Encode(math.NaN(), &buf)
	if _, ok := errors.AsType[*json.UnsupportedValueError](err); !ok || buf.Len() != 0 {
		t.Errorf("got %v and %d bytes", err, buf.Len())
	}
	if err := (&codec.JSONLines[any]{Max: 3}).Encode(1234, &buf); !errors.Is(err, codec.ErrTooLong) || buf.Len() != 0 {
		t.Errorf("got %v and %d bytes", err, buf.Len())
	}
	if err := (&codec.JSONLines[any]{Max: 3}).Encode(123, &buf); err != nil || string(buf.Bytes()) != "123\n" {
		t.Errorf("got %v and %q", err, buf.Bytes())
	}
}

func TestJSONLinesAreUpTo1MiBByDefault(t *testing.T) {
	var buf codec.Buffer
	j, long := &codec.JSONLines[string]{}, strings.Repeat("x", 1<<20-2)
	if err := j.Encode(long, &buf); err != nil {
		t.Fatal(err)
	}
	if err := j.Encode(long+"x", &buf); !errors.Is(err, codec.ErrTooLong) {
		t.Fatalf("encode one more: %v", err)
	}
	if got, ok, err := j.Decode(&buf, false); got != long || !ok || err != nil {
		t.Fatalf("decoded %d bytes, %v, %v", len(got), ok, err)
	}
}

// The value does not refer to the buffer, which the next line overwrites.
func TestJSONLinesValueIsTheReceivers(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Read([]byte(`{"a":[1,2]}` + "\n")).Pending().Read([]byte(`{"b":[3,4]}` + "\n"))
	f := codec.NewFramedRead(conn, &codec.JSONLines[json.RawMessage]{})
	first := edotest.RequireNext(t, task, f)
	edotest.RequireNextPending(t, task, f)
	edotest.RequireNext(t, task, f)
	if string(first) != `{"a":[1,2]}` {
		t.Errorf("the first value has become %s", first)
	}
}

func TestJSONLinesOfTwoTypesAreAPair(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Read([]byte(`{"name":"sum","n":3}` + "\n")).Write([]byte("[3]\n")).EOF()
	f := codec.NewFramed(conn, codec.Pair(&codec.JSONLines[event]{}, &codec.JSONLines[[]int]{}))
	e := edotest.RequireNext(t, task, f)
	edotest.RequireReady(t, task, f.SendFuture([]int{int(e.N)}))
	if _, p, err := edotest.PollNext(task, f); p != edo.End || err != nil {
		t.Errorf("got %v, %v", p, err)
	}
}

func TestRecvOfABadLineIsTheErrorAndThenEOFOnce(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).Read([]byte("nonsense\n1\n"))
	f := codec.NewFramedRead(conn, &codec.JSONLines[int]{})
	edotest.RequireError(t, task, f.RecvFuture(), codec.ErrNotJSON)
	edotest.RequireError(t, task, f.RecvFuture(), io.EOF)
	if v := edotest.RequireReady(t, task, f.RecvFuture()); v != 1 {
		t.Errorf("got %d", v)
	}
}
