import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './test.ts';

test('an alert that is silenced is seen to be held, and is a candidate once the silence is ended', async ({ as, key }) => {
  const page = await as('budi');
  await page.goto('/signals/silences?new');
  const form = page.getByRole('dialog');
  await form.getByLabel('Conditions, one a line').fill('service=billing');
  await form.getByLabel('Reason').fill('The batch is known to be slow');
  await form.getByText('4 h', { exact: true }).click();
  const found = await new AxeBuilder({ page }).include('dialog').withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  expect(found.violations.map((v) => `${v.id} ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
  await page.reload(); // what was typed is kept
  await expect(form.getByLabel('Reason')).toHaveValue('The batch is known to be slow');
  await form.getByRole('button', { name: 'Hold these alerts' }).click();
  await expect(form).toHaveCount(0);

  const sent = await page.request.post(`/in/${key}`, { data: { title: 'The billing batch is slow', service: 'billing', severity: 'critical' } });
  expect(sent.ok(), await sent.text()).toBe(true);
  const card = page.getByRole('article').filter({ hasText: 'The batch is known to be slow' });
  await expect(async () => {
    await page.reload();
    await expect(card.getByText('The billing batch is slow')).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(card.getByText('would page')).toBeVisible();
  await page.goto('/');
  await page.getByRole('link', { name: 'would have paged somebody' }).click();

  await card.getByRole('button', { name: 'End now' }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'End now' }).press('Enter');
  await expect(card.getByText('ended early by Budi Santoso')).toBeVisible();
  await page.goto('/signals');
  const candidate = page.getByRole('article').filter({ hasText: 'The billing batch is slow' });
  await expect(async () => {
    await page.reload();
    await expect(candidate).toContainText('fires still after a window held it', { timeout: 1000 });
  }).toPass();

  // From the alert the form opens with its conditions.
  await page.getByRole('link', { name: 'Silence: The billing batch is slow' }).first().click();
  await expect(form.getByLabel('Conditions, one a line')).toHaveValue('title="The billing batch is slow"\nservice="billing"');
  await expect(form.getByText(/would have held 1 of/)).toBeVisible();
});
