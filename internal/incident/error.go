package incident

import (
	"errors"
	"fmt"
)

// Code says what kind of mistake an [Error] reports.
type Code string

const (
	Invalid   Code = "invalid"   // what was given cannot be: mend the field
	NotFound  Code = "not-found" // there is no such thing
	Forbidden Code = "forbidden" // not with this person's rights
	Conflict  Code = "conflict"  // not in the state that the record is in
)

// Error is a mistake that a person can mend. Its message is fit to be shown;
// all other errors are not, and are answered as internal ones.
type Error struct {
	Code    Code
	Field   string // which input, if it is one
	Message string // what is wrong and what to do, in English
}

func (e *Error) Error() string { return e.Message }

// Errorf makes an [Error] that concerns no single field.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// FieldError makes an Invalid [Error] for a field.
func FieldError(field, format string, args ...any) *Error {
	return &Error{Code: Invalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Is reports whether an error is, or wraps, an [Error] of a code.
func Is(err error, code Code) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == code
}
