import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const INVENTORY = {
  SERVICE_ROLE: 'inventory',
  SERVICE_INSTANCE_ID: 'inventory-1',
  DATABASE_URL: 'postgres://u:p@127.0.0.1:5432/shop',
};

describe('readConfig', () => {
  it('fills in the defaults', () => {
    expect(readConfig(INVENTORY)).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 0,
      ADMIN_HOST: '127.0.0.1',
      INVENTORY_TIMEOUT_MS: 500,
      INVENTORY_RETRIES: 2,
      LAB_PROFILE: false,
    });
    expect(readConfig(INVENTORY).RETRY_BUDGET).toBeUndefined();
  });

  it('names every violation at once', () => {
    const bad = { SERVICE_ROLE: 'shop', DATABASE_URL: 'mysql://x', PORT: '70000', RETRY_BUDGET: '1.5' };
    expect(() => readConfig(bad)).toThrow(
      /SERVICE_ROLE[\s\S]*SERVICE_INSTANCE_ID[\s\S]*PORT[\s\S]*DATABASE_URL[\s\S]*RETRY_BUDGET/,
    );
  });

  it('wants to know where inventory is, in the api role only', () => {
    expect(() => readConfig({ ...INVENTORY, SERVICE_ROLE: 'api' })).toThrow(
      /INVENTORY_URL: the api role needs it/,
    );
  });

  it('takes an empty variable as unset', () => {
    expect(readConfig({ ...INVENTORY, REDIS_URL: '', RETRY_BUDGET: '' }).RETRY_BUDGET).toBeUndefined();
  });
});
