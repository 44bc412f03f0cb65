import { z } from 'zod'

export const day = z.iso.date()
export const instant = z.iso.datetime()
export const fraction = z.number().min(0).max(1)
