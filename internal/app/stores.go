package app

import (
	"context"

	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/store"
)

// intakeStore is the store as stage 1 asks for it.
type intakeStore struct{ *store.Store }

func (s intakeStore) InTx(ctx context.Context, fn func(identify.Tx) error) error {
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return fn(tx) })
}

// apiStore is the store as the API asks for it.
type apiStore struct{ Accounts }
