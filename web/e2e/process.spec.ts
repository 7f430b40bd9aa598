import { expect, test, write } from './test.ts';

test('an incident goes from the declaration to a published post-mortem', async ({ as }) => {
  test.slow();
  const page = await as('rina');
  await page.goto('/');
  await page.getByRole('button', { name: 'Declare an incident' }).first().click();
  const ask = page.getByRole('dialog');
  await ask.getByLabel('What is broken').fill('Checkout fails for one customer in five');
  await ask.getByLabel('Service').fill('checkout');
  await ask.getByLabel('Severity').selectOption('1');
  await ask.getByRole('button', { name: 'Declare' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Checkout fails for one customer in five' })).toBeVisible();
  await expect(page.getByText('SEV1', { exact: true }).first()).toBeVisible();
  const ref = /\/incidents\/(INC-\d+)/.exec(page.url())![1]!;

  await write(page, '/role commander @Rina Wulandari');
  await expect(page.getByText('commander', { exact: true })).toBeVisible();
  await write(page, '/hypothesis The connection pool is too small');
  await page.getByRole('tab', { name: /Investigate/ }).click();
  await expect(page).toHaveURL(`/incidents/${ref}/investigate`);
  await page.getByRole('button', { name: 'Judge: The connection pool is too small' }).click();
  await page.getByRole('menuitem', { name: 'Confirm as the cause' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Confirm as the cause' }).click();
  await expect(page.getByRole('heading', { name: 'Root cause' })).toBeVisible();

  await page.getByRole('tab', { name: /^Act/ }).click();
  for (const [title, minutes] of [['Roll back to v2.13.4', '4'], ['Raise the pool', '7']]) {
    await page.getByRole('button', { name: 'Option', exact: true }).first().click();
    await page.getByRole('dialog').getByLabel('What would be done').fill(title!);
    await page.getByRole('dialog').getByLabel('Minutes to effect').fill(minutes!);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('columnheader', { name: title! })).toBeVisible();
  }
  await page.getByRole('button', { name: 'Vote: Roll back to v2.13.4' }).click();
  await expect(page.getByRole('button', { name: 'Take the vote back: Roll back to v2.13.4' })).toBeVisible();
  await page.getByRole('button', { name: 'Choose: Roll back to v2.13.4' }).click();
  await page.getByRole('dialog').getByLabel('Why this one?').fill('Proven, and the fastest.');
  await page.getByRole('dialog').getByRole('button', { name: 'Choose' }).click();
  await expect(page.getByText('“Proven, and the fastest.”')).toBeVisible();
  await expect(page.getByText('chosen', { exact: true })).toBeVisible();

  await write(page, '/task @Rina Wulandari Roll back payment 15m');
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByRole('button', { name: 'Done', exact: true }).click();
  await page.getByRole('dialog').getByLabel('What came of it').fill('All four instances are back.');
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('“All four instances are back.”')).toBeVisible();

  await page.getByRole('tab', { name: /^Update/ }).click();
  await page.getByLabel('Impact now').fill('4% of checkouts fail.');
  await page.getByRole('button', { name: /^Send to/ }).click();
  await expect(page.getByRole('heading', { name: 'Sent', exact: true })).toBeVisible();

  for (const [move, status] of [['Impact has ended', 'Monitoring'], ['Resolve', 'Resolved']]) {
    await page.getByRole('button', { name: 'More moves' }).click();
    await page.getByRole('menuitem', { name: move!, exact: true }).click();
    await page.getByRole('dialog').getByLabel('What shows it?').fill('Errors are back at 0.3%.');
    await page.getByRole('dialog').getByRole('button', { name: move! }).click();
    await expect(page.locator('.sub .pill').filter({ hasText: status! })).toBeVisible();
  }

  await page.goto(`/incidents/${ref}/review`);
  await page.getByRole('button', { name: 'Edit: Summary' }).click();
  await page.getByRole('textbox', { name: 'Edit: Summary' }).fill('The pool **ran dry** for 15 minutes.');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.locator('.prose strong', { hasText: 'ran dry' })).toBeVisible();
  await page.getByRole('button', { name: 'Action', exact: true }).click();
  const action = page.getByRole('dialog');
  await action.getByLabel('What will be different').fill('Refuse pool_max under 20 at start');
  await action.getByLabel('owner').selectOption({ label: 'Budi Santoso' });
  await action.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('cell', { name: 'Refuse pool_max under 20 at start', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByText('published', { exact: false }).first()).toBeVisible();
  const markdown = await page.request.get(`/api/incidents/${ref}/review.md`);
  expect(await markdown.text()).toContain('ran dry');
});
