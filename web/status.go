package web

import (
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/edo-go/edo"
)

// A Code says why a connection was closed: RFC 6455, section 7.4.
type Code uint16

// The codes that the RFC, and the registry that it has founded, know.
const (
	CodeNormal         Code = 1000
	CodeGoingAway      Code = 1001 // a server that ends, a page that was left
	CodeProtocol       Code = 1002 // a frame that is not allowed
	CodeUnsupported    Code = 1003 // a kind of message that is not accepted
	CodeNone           Code = 1005 // the close frame had no code; never sent
	CodeAbnormal       Code = 1006 // the connection ended without a close frame; never sent
	CodeInvalid        Code = 1007 // data that does not match its kind: text that is not UTF-8
	CodePolicy         Code = 1008 // a message against the rules of the application
	CodeTooBig         Code = 1009 // a message above the limit
	CodeExtension      Code = 1010 // the server lacks an extension; sent by clients
	CodeInternal       Code = 1011 // a failure of the server
	CodeServiceRestart Code = 1012
	CodeTryLater       Code = 1013
	CodeBadGateway     Code = 1014 // a gateway has got a bad answer from the server behind it
)

// maxReason is the longest reason: a control frame has room for 125 bytes.
const maxReason = 123

// isSendable reports whether a close frame may have the code c: one that RFC 6455 or the registry
// defines for that, or one of 3000 to 4999, which are for libraries and applications. 1004 is reserved,
// 1005, 1006 and 1015 stand for what no frame has said, and 1016 to 2999 are not defined.
func (c Code) isSendable() bool {
	switch {
	case c >= 1000 && c <= 1003, c >= 1007 && c <= 1014, c >= 3000 && c <= 4999:
		return true
	}
	return false
}

// CloseError says how a connection has ended.
type CloseError struct {
	Code   Code
	Reason string // of the side that has closed
	Err    error  // what else it matches: io.ErrUnexpectedEOF for an end without a close frame
}

// Error says the code and the reason.
func (e *CloseError) Error() string {
	text := fmt.Sprintf("web: closed with code %d", e.Code)
	if e.Reason != "" {
		text += fmt.Sprintf(" (%q)", e.Reason)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns Err.
func (e *CloseError) Unwrap() error { return e.Err }

// isClean reports whether the other side has closed without giving a failure as the reason.
func (e *CloseError) isClean() bool {
	return e.Code == CodeNormal || e.Code == CodeGoingAway || e.Code == CodeNone
}

// protocolError is the end by a frame that is not allowed. The error is the cause.
func protocolError(err error) *CloseError { return &CloseError{Code: CodeProtocol, Err: err} }

// abnormal is the end of a connection that was lost.
func abnormal(err error) *CloseError {
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return &CloseError{Code: CodeAbnormal, Err: err}
}

var (
	errCut          = edo.NewError(io.ErrUnexpectedEOF, "web: the connection has ended inside a frame")
	errClosed       = edo.NewError(edo.ErrClosed, "web: send after the close frame")
	errNotText      = errors.New("web: text that is not valid UTF-8")
	errTooLong      = errors.New("web: a message above the limit")
	errFrameTooLong = errors.New("web: a frame above the limit")
	errBadCode      = errors.New("web: a close frame with a code that is not allowed")
	errShortClose   = errors.New("web: a close frame with half a code")
	errBadReason    = errors.New("web: the reason of a close frame is not valid UTF-8")
	errLongLength   = errors.New("web: the length of a frame is written longer than it needs to be")
)

// closePayload returns the content of a close frame. CodeNone stands for a frame without a code.
func closePayload(code Code, reason string) []byte {
	if code == CodeNone {
		return nil
	}
	return append([]byte{byte(code >> 8), byte(code)}, reason...)
}

// parseClose reads the content of a close frame.
func parseClose(p []byte) (*CloseError, error) {
	switch {
	case len(p) == 0:
		return &CloseError{Code: CodeNone}, nil
	case len(p) == 1:
		return nil, errShortClose
	}
	code, reason := Code(p[0])<<8|Code(p[1]), p[2:]
	if !code.isSendable() {
		return nil, errBadCode
	}
	if !utf8.Valid(reason) {
		return nil, errBadReason
	}
	return &CloseError{Code: code, Reason: string(reason)}, nil
}
