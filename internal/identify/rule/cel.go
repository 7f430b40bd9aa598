package rule

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"cel.dev/cel-go/cel"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Bounds of one expression, so that none can hold up the intake. One that costs
// more has not matched, and says so. There are the standard functions of CEL
// alone: none of them makes a text longer than its parts.
const (
	maxCost      = 10_000 // steps, as the library counts them; a usual expression takes ten
	maxRecursion = 32
)

// words are the fields of an alert that an expression may ask for, besides its
// labels.
var words = []string{"service", "environment", "severity", "title", "description", "source", "sender", "team"}

// fields are what expressions look at.
func fields(s *incident.Signal) map[string]any {
	labels := s.Labels
	if labels == nil {
		labels = map[string]string{}
	}
	return map[string]any{"service": s.Service, "environment": s.Environment, "severity": s.Severity, "title": s.Title,
		"description": s.Description, "source": s.Source, "sender": s.Sender, "team": s.Team, "labels": labels}
}

var errTooLong = fmt.Errorf("it has more than %d characters", maxExpression)

func compile(expression string, want *cel.Type) (cel.Program, error) {
	if len(expression) > maxExpression {
		return nil, errTooLong
	}
	options := []cel.EnvOption{cel.Variable("labels", cel.MapType(cel.StringType, cel.StringType)), cel.ParserRecursionLimit(maxRecursion)}
	for _, name := range words {
		options = append(options, cel.Variable(name, cel.StringType))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("set CEL up: %w", err)
	}
	ast, issues := env.Compile(expression)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	if got := ast.OutputType(); !got.IsExactType(want) {
		return nil, fmt.Errorf("it gives a %s and not a %s", got, want)
	}
	return env.Program(ast, cel.CostLimit(maxCost), cel.EvalOptions(cel.OptOptimize))
}

// compileWhen gives a function that tells whether an alert matches.
func compileWhen(expression string) (func(map[string]any) (bool, error), error) {
	if expression == "" {
		return nil, incident.FieldError("when", "Say which alerts the rule is about, for example: service == \"checkout\".")
	}
	program, err := compile(expression, cel.BoolType)
	if err != nil {
		return nil, incident.FieldError("when", "This is no expression that is true or false of an alert: %v", err)
	}
	return func(of map[string]any) (bool, error) {
		out, err := eval(program, of)
		yes, _ := out.(bool)
		return yes, err
	}, nil
}

// plainNames are names of labels, as in: region, cluster.
var plainNames = regexp.MustCompile(`^[\pL_][\pL\pN_.-]*(\s*,\s*[\pL_][\pL\pN_.-]*)*$`)

// compileKey gives a function that names what an alert is joined by; empty if
// the alert has none.
func compileKey(key string) (func(map[string]any) (string, error), error) {
	if len(key) <= maxExpression && plainNames.MatchString(key) {
		names := strings.FieldsFunc(key, func(r rune) bool { return r == ',' || r == ' ' })
		return func(of map[string]any) (string, error) { return keyOf(of, names), nil }, nil
	}
	program, err := compile(key, cel.StringType)
	if err != nil {
		return nil, incident.FieldError("key", "This names no labels, and is no expression that gives a text: %v", err)
	}
	return func(of map[string]any) (string, error) {
		out, err := eval(program, of)
		text, _ := out.(string)
		return text, err
	}, nil
}

func keyOf(of map[string]any, names []string) string {
	labels, _ := of["labels"].(map[string]string)
	parts := make([]string, len(names))
	for n, name := range names {
		value, _ := of[name].(string)
		if value == "" {
			value = labels[name]
		}
		if value == "" {
			return ""
		}
		parts[n] = name + " " + value
	}
	return strings.Join(parts, ", ")
}

// eval asks an expression. A label that the alert does not have is no error: it
// gives nothing.
func eval(program cel.Program, of map[string]any) (any, error) {
	out, _, err := program.Eval(of)
	switch {
	case err != nil && strings.Contains(err.Error(), "no such key"): // the library has no value for it
		return nil, nil
	case err != nil:
		return nil, errors.New(strings.TrimSpace(err.Error()))
	}
	return out.Value(), nil
}
