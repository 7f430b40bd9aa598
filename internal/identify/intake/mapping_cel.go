package intake

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"
)

// Bounds of one expression, so that none can hold up the intake: its length is
// bounded by [Mapping], the rest by the library. An expression that costs more
// ends as one that found nothing.
const (
	maxCost      = 100_000 // steps, as the library counts them; a usual expression takes ten
	maxRecursion = 32
)

// compileCEL checks an expression of CEL over entry and body. It has the
// standard functions and those on strings.
func compileCEL(expression string) (getter, error) {
	env, err := cel.NewEnv(
		cel.Variable("entry", cel.DynType), cel.Variable("body", cel.DynType),
		cel.OptionalTypes(), ext.Strings(), cel.ParserRecursionLimit(maxRecursion))
	if err != nil {
		return nil, fmt.Errorf("set CEL up: %w", err)
	}
	ast, issues := env.Compile(expression)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	program, err := env.Program(ast, cel.CostLimit(maxCost))
	if err != nil {
		return nil, err
	}
	return func(entry, body any) (any, error) {
		out, _, err := program.Eval(map[string]any{"entry": entry, "body": body})
		if err != nil {
			return nil, err
		}
		return plain(out)
	}, nil
}

// plain turns what an expression gave into what JSON has.
func plain(v ref.Val) (any, error) {
	switch x := v.Value().(type) {
	case nil, string, bool, int64, float64, map[string]any, []any:
		return x, nil
	case uint64:
		return fmt.Sprint(x), nil
	case time.Time:
		return x.Format(time.RFC3339Nano), nil
	}
	native, err := v.ConvertToNative(reflect.TypeFor[*structpb.Value]())
	if err != nil {
		return nil, fmt.Errorf("it is a %s, which is no value of JSON", v.Type().TypeName())
	}
	message, ok := native.(*structpb.Value)
	if !ok {
		return nil, fmt.Errorf("it is a %s, which is no value of JSON", v.Type().TypeName())
	}
	raw, err := protojson.Marshal(message)
	if err != nil {
		return nil, err
	}
	var out any
	return out, json.Unmarshal(raw, &out)
}
