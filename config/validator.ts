/* eslint-disable */
// @ts-nocheck
// Made by generate-validator.ts from schema.json; do not edit.
const append = (errors, more) => {
  for (const error of more) errors.push(error)
  return errors
}
export const seed = validate39
const schema34 = {
  type: ['object', 'null'],
  description: 'Files without apiVersion.',
  properties: {
    actions: {
      type: ['array', 'null'],
      items: { $ref: '#/definitions/seedAction' },
    },
  },
}
const schema35 = {
  type: ['object', 'null'],
  description: 'What runs for which events.',
  properties: {
    name: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'Shown in reports.',
    },
    events: {
      type: ['array', 'null'],
      description: 'Alternatives: the action runs when one of them matches.',
      items: { $ref: '#/definitions/seedEvent' },
    },
    tasks: {
      type: ['array', 'null'],
      description:
        'Run one after another; the first that fails ends the action.',
      items: { $ref: '#/definitions/seedTask' },
    },
  },
}
const schema36 = {
  type: ['object', 'null'],
  properties: {
    name: {
      type: ['string', 'number', 'boolean', 'null'],
      description:
        'Pattern for the type of the CloudEvent. A glob for the whole type: `*` stands for any text.',
    },
    jsonpath: { $ref: '#/definitions/seedJsonpath' },
  },
}
const schema37 = {
  type: ['object', 'null'],
  description: 'A condition on the content of the event.',
  properties: {
    property: {
      type: ['string', 'number', 'boolean', 'null'],
      description:
        'JSONPath of a value in the event, like $.data.test.teststrategy. Empty: no condition.',
    },
    match: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'The value must be exactly this text.',
    },
  },
}
function validate33(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
) {
  let vErrors = null
  let errors = 0
  if (
    !(data && typeof data == 'object' && !Array.isArray(data)) &&
    data !== null
  ) {
    const err0 = {
      instancePath,
      schemaPath: '#/type',
      keyword: 'type',
      params: { type: schema36.type },
      schema: schema36.type,
      parentSchema: schema36,
      data,
    }
    if (vErrors === null) {
      vErrors = [err0]
    } else {
      vErrors.push(err0)
    }
    errors++
  }
  if (data && typeof data == 'object' && !Array.isArray(data)) {
    if (data.name !== undefined) {
      let data0 = data.name
      if (
        typeof data0 !== 'string' &&
        !(typeof data0 == 'number' && isFinite(data0)) &&
        typeof data0 !== 'boolean' &&
        data0 !== null
      ) {
        const err1 = {
          instancePath: instancePath + '/name',
          schemaPath: '#/properties/name/type',
          keyword: 'type',
          params: { type: schema36.properties.name.type },
          schema: schema36.properties.name.type,
          parentSchema: schema36.properties.name,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err1]
        } else {
          vErrors.push(err1)
        }
        errors++
      }
    }
    if (data.jsonpath !== undefined) {
      let data1 = data.jsonpath
      if (
        !(data1 && typeof data1 == 'object' && !Array.isArray(data1)) &&
        data1 !== null
      ) {
        const err2 = {
          instancePath: instancePath + '/jsonpath',
          schemaPath: '#/definitions/seedJsonpath/type',
          keyword: 'type',
          params: { type: schema37.type },
          schema: schema37.type,
          parentSchema: schema37,
          data: data1,
        }
        if (vErrors === null) {
          vErrors = [err2]
        } else {
          vErrors.push(err2)
        }
        errors++
      }
      if (data1 && typeof data1 == 'object' && !Array.isArray(data1)) {
        if (data1.property !== undefined) {
          let data2 = data1.property
          if (
            typeof data2 !== 'string' &&
            !(typeof data2 == 'number' && isFinite(data2)) &&
            typeof data2 !== 'boolean' &&
            data2 !== null
          ) {
            const err3 = {
              instancePath: instancePath + '/jsonpath/property',
              schemaPath: '#/definitions/seedJsonpath/properties/property/type',
              keyword: 'type',
              params: { type: schema37.properties.property.type },
              schema: schema37.properties.property.type,
              parentSchema: schema37.properties.property,
              data: data2,
            }
            if (vErrors === null) {
              vErrors = [err3]
            } else {
              vErrors.push(err3)
            }
            errors++
          }
        }
        if (data1.match !== undefined) {
          let data3 = data1.match
          if (
            typeof data3 !== 'string' &&
            !(typeof data3 == 'number' && isFinite(data3)) &&
            typeof data3 !== 'boolean' &&
            data3 !== null
          ) {
            const err4 = {
              instancePath: instancePath + '/jsonpath/match',
              schemaPath: '#/definitions/seedJsonpath/properties/match/type',
              keyword: 'type',
              params: { type: schema37.properties.match.type },
              schema: schema37.properties.match.type,
              parentSchema: schema37.properties.match,
              data: data3,
            }
            if (vErrors === null) {
              vErrors = [err4]
            } else {
              vErrors.push(err4)
            }
            errors++
          }
        }
      }
    }
  }
  validate33.errors = vErrors
  return errors === 0
}
const schema38 = {
  type: ['object', 'null'],
  properties: {
    name: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'Shown in reports and in the name of the Job.',
    },
    files: {
      type: ['array', 'null'],
      description:
        "Files and directories below the service's resources, put below /keptn.",
      items: { $ref: '#/definitions/text' },
    },
    image: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'Image of the container.',
    },
    cmd: {
      description:
        'The command: a list of its words, or one text that is split like a shell would split it (quotes are honoured, nothing else). Absent: the entry point of the image.',
      type: ['array', 'string', 'number', 'boolean', 'null'],
      items: { $ref: '#/definitions/text' },
    },
    env: {
      type: ['array', 'null'],
      description:
        "Variables of the container, in this order; those of Keptn and of the event's labels follow.",
      items: { $ref: '#/definitions/seedEnv' },
    },
  },
}
const schema17 = {
  type: ['string', 'number', 'boolean', 'null'],
  description:
    'Any scalar; numbers, dates and words like yes are taken as the text that is written.',
}
const schema41 = {
  type: ['object', 'null'],
  properties: {
    name: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'Name of the variable.',
    },
    value: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'JSONPath of a value in the event.',
    },
  },
}
function validate35(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
) {
  let vErrors = null
  let errors = 0
  if (
    !(data && typeof data == 'object' && !Array.isArray(data)) &&
    data !== null
  ) {
    const err0 = {
      instancePath,
      schemaPath: '#/type',
      keyword: 'type',
      params: { type: schema38.type },
      schema: schema38.type,
      parentSchema: schema38,
      data,
    }
    if (vErrors === null) {
      vErrors = [err0]
    } else {
      vErrors.push(err0)
    }
    errors++
  }
  if (data && typeof data == 'object' && !Array.isArray(data)) {
    if (data.name !== undefined) {
      let data0 = data.name
      if (
        typeof data0 !== 'string' &&
        !(typeof data0 == 'number' && isFinite(data0)) &&
        typeof data0 !== 'boolean' &&
        data0 !== null
      ) {
        const err1 = {
          instancePath: instancePath + '/name',
          schemaPath: '#/properties/name/type',
          keyword: 'type',
          params: { type: schema38.properties.name.type },
          schema: schema38.properties.name.type,
          parentSchema: schema38.properties.name,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err1]
        } else {
          vErrors.push(err1)
        }
        errors++
      }
    }
    if (data.files !== undefined) {
      let data1 = data.files
      if (!Array.isArray(data1) && data1 !== null) {
        const err2 = {
          instancePath: instancePath + '/files',
          schemaPath: '#/properties/files/type',
          keyword: 'type',
          params: { type: schema38.properties.files.type },
          schema: schema38.properties.files.type,
          parentSchema: schema38.properties.files,
          data: data1,
        }
        if (vErrors === null) {
          vErrors = [err2]
        } else {
          vErrors.push(err2)
        }
        errors++
      }
      if (Array.isArray(data1)) {
        const len0 = data1.length
        for (let i0 = 0; i0 < len0; i0++) {
          let data2 = data1[i0]
          if (
            typeof data2 !== 'string' &&
            !(typeof data2 == 'number' && isFinite(data2)) &&
            typeof data2 !== 'boolean' &&
            data2 !== null
          ) {
            const err3 = {
              instancePath: instancePath + '/files/' + i0,
              schemaPath: '#/definitions/text/type',
              keyword: 'type',
              params: { type: schema17.type },
              schema: schema17.type,
              parentSchema: schema17,
              data: data2,
            }
            if (vErrors === null) {
              vErrors = [err3]
            } else {
              vErrors.push(err3)
            }
            errors++
          }
        }
      }
    }
    if (data.image !== undefined) {
      let data3 = data.image
      if (
        typeof data3 !== 'string' &&
        !(typeof data3 == 'number' && isFinite(data3)) &&
        typeof data3 !== 'boolean' &&
        data3 !== null
      ) {
        const err4 = {
          instancePath: instancePath + '/image',
          schemaPath: '#/properties/image/type',
          keyword: 'type',
          params: { type: schema38.properties.image.type },
          schema: schema38.properties.image.type,
          parentSchema: schema38.properties.image,
          data: data3,
        }
        if (vErrors === null) {
          vErrors = [err4]
        } else {
          vErrors.push(err4)
        }
        errors++
      }
    }
    if (data.cmd !== undefined) {
      let data4 = data.cmd
      if (
        !Array.isArray(data4) &&
        typeof data4 !== 'string' &&
        !(typeof data4 == 'number' && isFinite(data4)) &&
        typeof data4 !== 'boolean' &&
        data4 !== null
      ) {
        const err5 = {
          instancePath: instancePath + '/cmd',
          schemaPath: '#/properties/cmd/type',
          keyword: 'type',
          params: { type: schema38.properties.cmd.type },
          schema: schema38.properties.cmd.type,
          parentSchema: schema38.properties.cmd,
          data: data4,
        }
        if (vErrors === null) {
          vErrors = [err5]
        } else {
          vErrors.push(err5)
        }
        errors++
      }
      if (Array.isArray(data4)) {
        const len1 = data4.length
        for (let i1 = 0; i1 < len1; i1++) {
          let data5 = data4[i1]
          if (
            typeof data5 !== 'string' &&
            !(typeof data5 == 'number' && isFinite(data5)) &&
            typeof data5 !== 'boolean' &&
            data5 !== null
          ) {
            const err6 = {
              instancePath: instancePath + '/cmd/' + i1,
              schemaPath: '#/definitions/text/type',
              keyword: 'type',
              params: { type: schema17.type },
              schema: schema17.type,
              parentSchema: schema17,
              data: data5,
            }
            if (vErrors === null) {
              vErrors = [err6]
            } else {
              vErrors.push(err6)
            }
            errors++
          }
        }
      }
    }
    if (data.env !== undefined) {
      let data6 = data.env
      if (!Array.isArray(data6) && data6 !== null) {
        const err7 = {
          instancePath: instancePath + '/env',
          schemaPath: '#/properties/env/type',
          keyword: 'type',
          params: { type: schema38.properties.env.type },
          schema: schema38.properties.env.type,
          parentSchema: schema38.properties.env,
          data: data6,
        }
        if (vErrors === null) {
          vErrors = [err7]
        } else {
          vErrors.push(err7)
        }
        errors++
      }
      if (Array.isArray(data6)) {
        const len2 = data6.length
        for (let i2 = 0; i2 < len2; i2++) {
          let data7 = data6[i2]
          if (
            !(data7 && typeof data7 == 'object' && !Array.isArray(data7)) &&
            data7 !== null
          ) {
            const err8 = {
              instancePath: instancePath + '/env/' + i2,
              schemaPath: '#/definitions/seedEnv/type',
              keyword: 'type',
              params: { type: schema41.type },
              schema: schema41.type,
              parentSchema: schema41,
              data: data7,
            }
            if (vErrors === null) {
              vErrors = [err8]
            } else {
              vErrors.push(err8)
            }
            errors++
          }
          if (data7 && typeof data7 == 'object' && !Array.isArray(data7)) {
            if (data7.name !== undefined) {
              let data8 = data7.name
              if (
                typeof data8 !== 'string' &&
                !(typeof data8 == 'number' && isFinite(data8)) &&
                typeof data8 !== 'boolean' &&
                data8 !== null
              ) {
                const err9 = {
                  instancePath: instancePath + '/env/' + i2 + '/name',
                  schemaPath: '#/definitions/seedEnv/properties/name/type',
                  keyword: 'type',
                  params: { type: schema41.properties.name.type },
                  schema: schema41.properties.name.type,
                  parentSchema: schema41.properties.name,
                  data: data8,
                }
                if (vErrors === null) {
                  vErrors = [err9]
                } else {
                  vErrors.push(err9)
                }
                errors++
              }
            }
            if (data7.value !== undefined) {
              let data9 = data7.value
              if (
                typeof data9 !== 'string' &&
                !(typeof data9 == 'number' && isFinite(data9)) &&
                typeof data9 !== 'boolean' &&
                data9 !== null
              ) {
                const err10 = {
                  instancePath: instancePath + '/env/' + i2 + '/value',
                  schemaPath: '#/definitions/seedEnv/properties/value/type',
                  keyword: 'type',
                  params: { type: schema41.properties.value.type },
                  schema: schema41.properties.value.type,
                  parentSchema: schema41.properties.value,
                  data: data9,
                }
                if (vErrors === null) {
                  vErrors = [err10]
                } else {
                  vErrors.push(err10)
                }
                errors++
              }
            }
          }
        }
      }
    }
  }
  validate35.errors = vErrors
  return errors === 0
}
function validate32(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
) {
  let vErrors = null
  let errors = 0
  if (
    !(data && typeof data == 'object' && !Array.isArray(data)) &&
    data !== null
  ) {
    const err0 = {
      instancePath,
      schemaPath: '#/type',
      keyword: 'type',
      params: { type: schema35.type },
      schema: schema35.type,
      parentSchema: schema35,
      data,
    }
    if (vErrors === null) {
      vErrors = [err0]
    } else {
      vErrors.push(err0)
    }
    errors++
  }
  if (data && typeof data == 'object' && !Array.isArray(data)) {
    if (data.name !== undefined) {
      let data0 = data.name
      if (
        typeof data0 !== 'string' &&
        !(typeof data0 == 'number' && isFinite(data0)) &&
        typeof data0 !== 'boolean' &&
        data0 !== null
      ) {
        const err1 = {
          instancePath: instancePath + '/name',
          schemaPath: '#/properties/name/type',
          keyword: 'type',
          params: { type: schema35.properties.name.type },
          schema: schema35.properties.name.type,
          parentSchema: schema35.properties.name,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err1]
        } else {
          vErrors.push(err1)
        }
        errors++
      }
    }
    if (data.events !== undefined) {
      let data1 = data.events
      if (!Array.isArray(data1) && data1 !== null) {
        const err2 = {
          instancePath: instancePath + '/events',
          schemaPath: '#/properties/events/type',
          keyword: 'type',
          params: { type: schema35.properties.events.type },
          schema: schema35.properties.events.type,
          parentSchema: schema35.properties.events,
          data: data1,
        }
        if (vErrors === null) {
          vErrors = [err2]
        } else {
          vErrors.push(err2)
        }
        errors++
      }
      if (Array.isArray(data1)) {
        const len0 = data1.length
        for (let i0 = 0; i0 < len0; i0++) {
          if (
            !validate33(data1[i0], {
              instancePath: instancePath + '/events/' + i0,
              parentData: data1,
              parentDataProperty: i0,
              rootData,
            })
          ) {
            vErrors =
              vErrors === null
                ? validate33.errors
                : append(vErrors, validate33.errors)
            errors = vErrors.length
          }
        }
      }
    }
    if (data.tasks !== undefined) {
      let data3 = data.tasks
      if (!Array.isArray(data3) && data3 !== null) {
        const err3 = {
          instancePath: instancePath + '/tasks',
          schemaPath: '#/properties/tasks/type',
          keyword: 'type',
          params: { type: schema35.properties.tasks.type },
          schema: schema35.properties.tasks.type,
          parentSchema: schema35.properties.tasks,
          data: data3,
        }
        if (vErrors === null) {
          vErrors = [err3]
        } else {
          vErrors.push(err3)
        }
        errors++
      }
      if (Array.isArray(data3)) {
        const len1 = data3.length
        for (let i1 = 0; i1 < len1; i1++) {
          if (
            !validate35(data3[i1], {
              instancePath: instancePath + '/tasks/' + i1,
              parentData: data3,
              parentDataProperty: i1,
              rootData,
            })
          ) {
            vErrors =
              vErrors === null
                ? validate35.errors
                : append(vErrors, validate35.errors)
            errors = vErrors.length
          }
        }
      }
    }
  }
  validate32.errors = vErrors
  return errors === 0
}
function validate39(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
) {
  let vErrors = null
  let errors = 0
  if (
    !(data && typeof data == 'object' && !Array.isArray(data)) &&
    data !== null
  ) {
    const err0 = {
      instancePath,
      schemaPath: '#/type',
      keyword: 'type',
      params: { type: schema34.type },
      schema: schema34.type,
      parentSchema: schema34,
      data,
    }
    if (vErrors === null) {
      vErrors = [err0]
    } else {
      vErrors.push(err0)
    }
    errors++
  }
  if (data && typeof data == 'object' && !Array.isArray(data)) {
    if (data.actions !== undefined) {
      let data0 = data.actions
      if (!Array.isArray(data0) && data0 !== null) {
        const err1 = {
          instancePath: instancePath + '/actions',
          schemaPath: '#/properties/actions/type',
          keyword: 'type',
          params: { type: schema34.properties.actions.type },
          schema: schema34.properties.actions.type,
          parentSchema: schema34.properties.actions,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err1]
        } else {
          vErrors.push(err1)
        }
        errors++
      }
      if (Array.isArray(data0)) {
        const len0 = data0.length
        for (let i0 = 0; i0 < len0; i0++) {
          if (
            !validate32(data0[i0], {
              instancePath: instancePath + '/actions/' + i0,
              parentData: data0,
              parentDataProperty: i0,
              rootData,
            })
          ) {
            vErrors =
              vErrors === null
                ? validate32.errors
                : append(vErrors, validate32.errors)
            errors = vErrors.length
          }
        }
      }
    }
  }
  validate39.errors = vErrors
  return errors === 0
}
export const v1 = validate41
const schema28 = {
  type: ['object', 'null'],
  properties: {
    apiVersion: { type: 'string', const: 'v1' },
    actions: {
      type: ['array', 'null'],
      items: { $ref: '#/definitions/v1Action' },
    },
  },
  additionalProperties: false,
  required: ['apiVersion'],
}
const schema29 = {
  type: ['object', 'null'],
  description: 'What runs for which events.',
  properties: {
    name: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'Shown in reports.',
    },
    silent: {
      description:
        'Runs without a word: no `.started`, no `.finished`. Default: false.',
      type: ['boolean', 'null'],
    },
    events: {
      type: ['array', 'null'],
      description: 'Alternatives: the action runs when one of them matches.',
      items: { $ref: '#/definitions/event' },
    },
    tasks: {
      type: ['array', 'null'],
      description:
        'Run one after another; the first that fails ends the action.',
      items: { $ref: '#/definitions/v1Task' },
    },
  },
  additionalProperties: false,
}
const schema14 = {
  type: ['object', 'null'],
  properties: {
    name: {
      type: ['string', 'number', 'boolean', 'null'],
      description:
        'Pattern for the type of the CloudEvent. A regular expression (RE2), found anywhere in the type unless anchored by ^ and $.',
    },
    jsonpath: { $ref: '#/definitions/jsonpath' },
  },
  additionalProperties: false,
}
const schema15 = {
  type: ['object', 'null'],
  description: 'A condition on the content of the event.',
  properties: {
    property: {
      type: ['string', 'number', 'boolean', 'null'],
      description:
        'JSONPath of a value in the event, like $.data.test.teststrategy. Empty: no condition.',
    },
    match: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'The value must be exactly this text.',
    },
  },
  additionalProperties: false,
}
function validate13(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
) {
  let vErrors = null
  let errors = 0
  if (
    !(data && typeof data == 'object' && !Array.isArray(data)) &&
    data !== null
  ) {
    const err0 = {
      instancePath,
      schemaPath: '#/type',
      keyword: 'type',
      params: { type: schema14.type },
      schema: schema14.type,
      parentSchema: schema14,
      data,
    }
    if (vErrors === null) {
      vErrors = [err0]
    } else {
      vErrors.push(err0)
    }
    errors++
  }
  if (data && typeof data == 'object' && !Array.isArray(data)) {
    for (const key0 in data) {
      if (!(key0 === 'name' || key0 === 'jsonpath')) {
        const err1 = {
          instancePath,
          schemaPath: '#/additionalProperties',
          keyword: 'additionalProperties',
          params: { additionalProperty: key0 },
          schema: false,
          parentSchema: schema14,
          data,
        }
        if (vErrors === null) {
          vErrors = [err1]
        } else {
          vErrors.push(err1)
        }
        errors++
      }
    }
    if (data.name !== undefined) {
      let data0 = data.name
      if (
        typeof data0 !== 'string' &&
        !(typeof data0 == 'number' && isFinite(data0)) &&
        typeof data0 !== 'boolean' &&
        data0 !== null
      ) {
        const err2 = {
          instancePath: instancePath + '/name',
          schemaPath: '#/properties/name/type',
          keyword: 'type',
          params: { type: schema14.properties.name.type },
          schema: schema14.properties.name.type,
          parentSchema: schema14.properties.name,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err2]
        } else {
          vErrors.push(err2)
        }
        errors++
      }
    }
    if (data.jsonpath !== undefined) {
      let data1 = data.jsonpath
      if (
        !(data1 && typeof data1 == 'object' && !Array.isArray(data1)) &&
        data1 !== null
      ) {
        const err3 = {
          instancePath: instancePath + '/jsonpath',
          schemaPath: '#/definitions/jsonpath/type',
          keyword: 'type',
          params: { type: schema15.type },
          schema: schema15.type,
          parentSchema: schema15,
          data: data1,
        }
        if (vErrors === null) {
          vErrors = [err3]
        } else {
          vErrors.push(err3)
        }
        errors++
      }
      if (data1 && typeof data1 == 'object' && !Array.isArray(data1)) {
        for (const key1 in data1) {
          if (!(key1 === 'property' || key1 === 'match')) {
            const err4 = {
              instancePath: instancePath + '/jsonpath',
              schemaPath: '#/definitions/jsonpath/additionalProperties',
              keyword: 'additionalProperties',
              params: { additionalProperty: key1 },
              schema: false,
              parentSchema: schema15,
              data: data1,
            }
            if (vErrors === null) {
              vErrors = [err4]
            } else {
              vErrors.push(err4)
            }
            errors++
          }
        }
        if (data1.property !== undefined) {
          let data2 = data1.property
          if (
            typeof data2 !== 'string' &&
            !(typeof data2 == 'number' && isFinite(data2)) &&
            typeof data2 !== 'boolean' &&
            data2 !== null
          ) {
            const err5 = {
              instancePath: instancePath + '/jsonpath/property',
              schemaPath: '#/definitions/jsonpath/properties/property/type',
              keyword: 'type',
              params: { type: schema15.properties.property.type },
              schema: schema15.properties.property.type,
              parentSchema: schema15.properties.property,
              data: data2,
            }
            if (vErrors === null) {
              vErrors = [err5]
            } else {
              vErrors.push(err5)
            }
            errors++
          }
        }
        if (data1.match !== undefined) {
          let data3 = data1.match
          if (
            typeof data3 !== 'string' &&
            !(typeof data3 == 'number' && isFinite(data3)) &&
            typeof data3 !== 'boolean' &&
            data3 !== null
          ) {
            const err6 = {
              instancePath: instancePath + '/jsonpath/match',
              schemaPath: '#/definitions/jsonpath/properties/match/type',
              keyword: 'type',
              params: { type: schema15.properties.match.type },
              schema: schema15.properties.match.type,
              parentSchema: schema15.properties.match,
              data: data3,
            }
            if (vErrors === null) {
              vErrors = [err6]
            } else {
              vErrors.push(err6)
            }
            errors++
          }
        }
      }
    }
  }
  validate13.errors = vErrors
  return errors === 0
}
const schema30 = {
  type: ['object', 'null'],
  properties: {
    name: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'Shown in reports and in the name of the Job.',
    },
    files: {
      type: ['array', 'null'],
      description:
        "Files and directories below the service's resources, put below /keptn.",
      items: { $ref: '#/definitions/text' },
    },
    image: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'Image of the container.',
    },
    cmd: {
      description:
        'The command: a list of its words, or one text that is split like a shell would split it (quotes are honoured, nothing else). Absent: the entry point of the image.',
      type: ['array', 'string', 'number', 'boolean', 'null'],
      items: { $ref: '#/definitions/text' },
    },
    env: {
      type: ['array', 'null'],
      description:
        "Variables of the container, in this order; those of Keptn and of the event's labels follow.",
      items: { $ref: '#/definitions/v1Env' },
    },
    resources: { $ref: '#/definitions/resources' },
  },
  additionalProperties: false,
}
const schema33 = {
  type: ['object', 'null'],
  properties: {
    name: {
      type: ['string', 'number', 'boolean', 'null'],
      description:
        'Name of the variable; with `valueFrom: secret` the name of the Secret.',
    },
    value: {
      type: ['string', 'number', 'boolean', 'null'],
      description:
        'With `valueFrom: event` a JSONPath, with `string` the text itself.',
    },
    valueFrom: {
      type: ['string', 'number', 'boolean', 'null'],
      description: '`event` or `secret`.',
    },
  },
  additionalProperties: false,
}
const schema21 = {
  type: ['object', 'null'],
  description: 'Present, even empty, it replaces all defaults of the service.',
  properties: {
    limits: { $ref: '#/definitions/quantities' },
    requests: { $ref: '#/definitions/quantities' },
  },
  additionalProperties: false,
}
const schema22 = {
  type: ['object', 'null'],
  properties: {
    cpu: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'Like 500m or 1.',
    },
    memory: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'Like 512Mi.',
    },
  },
  additionalProperties: false,
}
function validate16(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
) {
  let vErrors = null
  let errors = 0
  if (
    !(data && typeof data == 'object' && !Array.isArray(data)) &&
    data !== null
  ) {
    const err0 = {
      instancePath,
      schemaPath: '#/type',
      keyword: 'type',
      params: { type: schema21.type },
      schema: schema21.type,
      parentSchema: schema21,
      data,
    }
    if (vErrors === null) {
      vErrors = [err0]
    } else {
      vErrors.push(err0)
    }
    errors++
  }
  if (data && typeof data == 'object' && !Array.isArray(data)) {
    for (const key0 in data) {
      if (!(key0 === 'limits' || key0 === 'requests')) {
        const err1 = {
          instancePath,
          schemaPath: '#/additionalProperties',
          keyword: 'additionalProperties',
          params: { additionalProperty: key0 },
          schema: false,
          parentSchema: schema21,
          data,
        }
        if (vErrors === null) {
          vErrors = [err1]
        } else {
          vErrors.push(err1)
        }
        errors++
      }
    }
    if (data.limits !== undefined) {
      let data0 = data.limits
      if (
        !(data0 && typeof data0 == 'object' && !Array.isArray(data0)) &&
        data0 !== null
      ) {
        const err2 = {
          instancePath: instancePath + '/limits',
          schemaPath: '#/definitions/quantities/type',
          keyword: 'type',
          params: { type: schema22.type },
          schema: schema22.type,
          parentSchema: schema22,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err2]
        } else {
          vErrors.push(err2)
        }
        errors++
      }
      if (data0 && typeof data0 == 'object' && !Array.isArray(data0)) {
        for (const key1 in data0) {
          if (!(key1 === 'cpu' || key1 === 'memory')) {
            const err3 = {
              instancePath: instancePath + '/limits',
              schemaPath: '#/definitions/quantities/additionalProperties',
              keyword: 'additionalProperties',
              params: { additionalProperty: key1 },
              schema: false,
              parentSchema: schema22,
              data: data0,
            }
            if (vErrors === null) {
              vErrors = [err3]
            } else {
              vErrors.push(err3)
            }
            errors++
          }
        }
        if (data0.cpu !== undefined) {
          let data1 = data0.cpu
          if (
            typeof data1 !== 'string' &&
            !(typeof data1 == 'number' && isFinite(data1)) &&
            typeof data1 !== 'boolean' &&
            data1 !== null
          ) {
            const err4 = {
              instancePath: instancePath + '/limits/cpu',
              schemaPath: '#/definitions/quantities/properties/cpu/type',
              keyword: 'type',
              params: { type: schema22.properties.cpu.type },
              schema: schema22.properties.cpu.type,
              parentSchema: schema22.properties.cpu,
              data: data1,
            }
            if (vErrors === null) {
              vErrors = [err4]
            } else {
              vErrors.push(err4)
            }
            errors++
          }
        }
        if (data0.memory !== undefined) {
          let data2 = data0.memory
          if (
            typeof data2 !== 'string' &&
            !(typeof data2 == 'number' && isFinite(data2)) &&
            typeof data2 !== 'boolean' &&
            data2 !== null
          ) {
            const err5 = {
              instancePath: instancePath + '/limits/memory',
              schemaPath: '#/definitions/quantities/properties/memory/type',
              keyword: 'type',
              params: { type: schema22.properties.memory.type },
              schema: schema22.properties.memory.type,
              parentSchema: schema22.properties.memory,
              data: data2,
            }
            if (vErrors === null) {
              vErrors = [err5]
            } else {
              vErrors.push(err5)
            }
            errors++
          }
        }
      }
    }
    if (data.requests !== undefined) {
      let data3 = data.requests
      if (
        !(data3 && typeof data3 == 'object' && !Array.isArray(data3)) &&
        data3 !== null
      ) {
        const err6 = {
          instancePath: instancePath + '/requests',
          schemaPath: '#/definitions/quantities/type',
          keyword: 'type',
          params: { type: schema22.type },
          schema: schema22.type,
          parentSchema: schema22,
          data: data3,
        }
        if (vErrors === null) {
          vErrors = [err6]
        } else {
          vErrors.push(err6)
        }
        errors++
      }
      if (data3 && typeof data3 == 'object' && !Array.isArray(data3)) {
        for (const key2 in data3) {
          if (!(key2 === 'cpu' || key2 === 'memory')) {
            const err7 = {
              instancePath: instancePath + '/requests',
              schemaPath: '#/definitions/quantities/additionalProperties',
              keyword: 'additionalProperties',
              params: { additionalProperty: key2 },
              schema: false,
              parentSchema: schema22,
              data: data3,
            }
            if (vErrors === null) {
              vErrors = [err7]
            } else {
              vErrors.push(err7)
            }
            errors++
          }
        }
        if (data3.cpu !== undefined) {
          let data4 = data3.cpu
          if (
            typeof data4 !== 'string' &&
            !(typeof data4 == 'number' && isFinite(data4)) &&
            typeof data4 !== 'boolean' &&
            data4 !== null
          ) {
            const err8 = {
              instancePath: instancePath + '/requests/cpu',
              schemaPath: '#/definitions/quantities/properties/cpu/type',
              keyword: 'type',
              params: { type: schema22.properties.cpu.type },
              schema: schema22.properties.cpu.type,
              parentSchema: schema22.properties.cpu,
              data: data4,
            }
            if (vErrors === null) {
              vErrors = [err8]
            } else {
              vErrors.push(err8)
            }
            errors++
          }
        }
        if (data3.memory !== undefined) {
          let data5 = data3.memory
          if (
            typeof data5 !== 'string' &&
            !(typeof data5 == 'number' && isFinite(data5)) &&
            typeof data5 !== 'boolean' &&
            data5 !== null
          ) {
            const err9 = {
              instancePath: instancePath + '/requests/memory',
              schemaPath: '#/definitions/quantities/properties/memory/type',
              keyword: 'type',
              params: { type: schema22.properties.memory.type },
              schema: schema22.properties.memory.type,
              parentSchema: schema22.properties.memory,
              data: data5,
            }
            if (vErrors === null) {
              vErrors = [err9]
            } else {
              vErrors.push(err9)
            }
            errors++
          }
        }
      }
    }
  }
  validate16.errors = vErrors
  return errors === 0
}
function validate26(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
) {
  let vErrors = null
  let errors = 0
  if (
    !(data && typeof data == 'object' && !Array.isArray(data)) &&
    data !== null
  ) {
    const err0 = {
      instancePath,
      schemaPath: '#/type',
      keyword: 'type',
      params: { type: schema30.type },
      schema: schema30.type,
      parentSchema: schema30,
      data,
    }
    if (vErrors === null) {
      vErrors = [err0]
    } else {
      vErrors.push(err0)
    }
    errors++
  }
  if (data && typeof data == 'object' && !Array.isArray(data)) {
    for (const key0 in data) {
      if (!(
        key0 === 'name' ||
        key0 === 'files' ||
        key0 === 'image' ||
        key0 === 'cmd' ||
        key0 === 'env' ||
        key0 === 'resources'
      )) {
        const err1 = {
          instancePath,
          schemaPath: '#/additionalProperties',
          keyword: 'additionalProperties',
          params: { additionalProperty: key0 },
          schema: false,
          parentSchema: schema30,
          data,
        }
        if (vErrors === null) {
          vErrors = [err1]
        } else {
          vErrors.push(err1)
        }
        errors++
      }
    }
    if (data.name !== undefined) {
      let data0 = data.name
      if (
        typeof data0 !== 'string' &&
        !(typeof data0 == 'number' && isFinite(data0)) &&
        typeof data0 !== 'boolean' &&
        data0 !== null
      ) {
        const err2 = {
          instancePath: instancePath + '/name',
          schemaPath: '#/properties/name/type',
          keyword: 'type',
          params: { type: schema30.properties.name.type },
          schema: schema30.properties.name.type,
          parentSchema: schema30.properties.name,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err2]
        } else {
          vErrors.push(err2)
        }
        errors++
      }
    }
    if (data.files !== undefined) {
      let data1 = data.files
      if (!Array.isArray(data1) && data1 !== null) {
        const err3 = {
          instancePath: instancePath + '/files',
          schemaPath: '#/properties/files/type',
          keyword: 'type',
          params: { type: schema30.properties.files.type },
          schema: schema30.properties.files.type,
          parentSchema: schema30.properties.files,
          data: data1,
        }
        if (vErrors === null) {
          vErrors = [err3]
        } else {
          vErrors.push(err3)
        }
        errors++
      }
      if (Array.isArray(data1)) {
        const len0 = data1.length
        for (let i0 = 0; i0 < len0; i0++) {
          let data2 = data1[i0]
          if (
            typeof data2 !== 'string' &&
            !(typeof data2 == 'number' && isFinite(data2)) &&
            typeof data2 !== 'boolean' &&
            data2 !== null
          ) {
            const err4 = {
              instancePath: instancePath + '/files/' + i0,
              schemaPath: '#/definitions/text/type',
              keyword: 'type',
              params: { type: schema17.type },
              schema: schema17.type,
              parentSchema: schema17,
              data: data2,
            }
            if (vErrors === null) {
              vErrors = [err4]
            } else {
              vErrors.push(err4)
            }
            errors++
          }
        }
      }
    }
    if (data.image !== undefined) {
      let data3 = data.image
      if (
        typeof data3 !== 'string' &&
        !(typeof data3 == 'number' && isFinite(data3)) &&
        typeof data3 !== 'boolean' &&
        data3 !== null
      ) {
        const err5 = {
          instancePath: instancePath + '/image',
          schemaPath: '#/properties/image/type',
          keyword: 'type',
          params: { type: schema30.properties.image.type },
          schema: schema30.properties.image.type,
          parentSchema: schema30.properties.image,
          data: data3,
        }
        if (vErrors === null) {
          vErrors = [err5]
        } else {
          vErrors.push(err5)
        }
        errors++
      }
    }
    if (data.cmd !== undefined) {
      let data4 = data.cmd
      if (
        !Array.isArray(data4) &&
        typeof data4 !== 'string' &&
        !(typeof data4 == 'number' && isFinite(data4)) &&
        typeof data4 !== 'boolean' &&
        data4 !== null
      ) {
        const err6 = {
          instancePath: instancePath + '/cmd',
          schemaPath: '#/properties/cmd/type',
          keyword: 'type',
          params: { type: schema30.properties.cmd.type },
          schema: schema30.properties.cmd.type,
          parentSchema: schema30.properties.cmd,
          data: data4,
        }
        if (vErrors === null) {
          vErrors = [err6]
        } else {
          vErrors.push(err6)
        }
        errors++
      }
      if (Array.isArray(data4)) {
        const len1 = data4.length
        for (let i1 = 0; i1 < len1; i1++) {
          let data5 = data4[i1]
          if (
            typeof data5 !== 'string' &&
            !(typeof data5 == 'number' && isFinite(data5)) &&
            typeof data5 !== 'boolean' &&
            data5 !== null
          ) {
            const err7 = {
              instancePath: instancePath + '/cmd/' + i1,
              schemaPath: '#/definitions/text/type',
              keyword: 'type',
              params: { type: schema17.type },
              schema: schema17.type,
              parentSchema: schema17,
              data: data5,
            }
            if (vErrors === null) {
              vErrors = [err7]
            } else {
              vErrors.push(err7)
            }
            errors++
          }
        }
      }
    }
    if (data.env !== undefined) {
      let data6 = data.env
      if (!Array.isArray(data6) && data6 !== null) {
        const err8 = {
          instancePath: instancePath + '/env',
          schemaPath: '#/properties/env/type',
          keyword: 'type',
          params: { type: schema30.properties.env.type },
          schema: schema30.properties.env.type,
          parentSchema: schema30.properties.env,
          data: data6,
        }
        if (vErrors === null) {
          vErrors = [err8]
        } else {
          vErrors.push(err8)
        }
        errors++
      }
      if (Array.isArray(data6)) {
        const len2 = data6.length
        for (let i2 = 0; i2 < len2; i2++) {
          let data7 = data6[i2]
          if (
            !(data7 && typeof data7 == 'object' && !Array.isArray(data7)) &&
            data7 !== null
          ) {
            const err9 = {
              instancePath: instancePath + '/env/' + i2,
              schemaPath: '#/definitions/v1Env/type',
              keyword: 'type',
              params: { type: schema33.type },
              schema: schema33.type,
              parentSchema: schema33,
              data: data7,
            }
            if (vErrors === null) {
              vErrors = [err9]
            } else {
              vErrors.push(err9)
            }
            errors++
          }
          if (data7 && typeof data7 == 'object' && !Array.isArray(data7)) {
            for (const key1 in data7) {
              if (!(
                key1 === 'name' ||
                key1 === 'value' ||
                key1 === 'valueFrom'
              )) {
                const err10 = {
                  instancePath: instancePath + '/env/' + i2,
                  schemaPath: '#/definitions/v1Env/additionalProperties',
                  keyword: 'additionalProperties',
                  params: { additionalProperty: key1 },
                  schema: false,
                  parentSchema: schema33,
                  data: data7,
                }
                if (vErrors === null) {
                  vErrors = [err10]
                } else {
                  vErrors.push(err10)
                }
                errors++
              }
            }
            if (data7.name !== undefined) {
              let data8 = data7.name
              if (
                typeof data8 !== 'string' &&
                !(typeof data8 == 'number' && isFinite(data8)) &&
                typeof data8 !== 'boolean' &&
                data8 !== null
              ) {
                const err11 = {
                  instancePath: instancePath + '/env/' + i2 + '/name',
                  schemaPath: '#/definitions/v1Env/properties/name/type',
                  keyword: 'type',
                  params: { type: schema33.properties.name.type },
                  schema: schema33.properties.name.type,
                  parentSchema: schema33.properties.name,
                  data: data8,
                }
                if (vErrors === null) {
                  vErrors = [err11]
                } else {
                  vErrors.push(err11)
                }
                errors++
              }
            }
            if (data7.value !== undefined) {
              let data9 = data7.value
              if (
                typeof data9 !== 'string' &&
                !(typeof data9 == 'number' && isFinite(data9)) &&
                typeof data9 !== 'boolean' &&
                data9 !== null
              ) {
                const err12 = {
                  instancePath: instancePath + '/env/' + i2 + '/value',
                  schemaPath: '#/definitions/v1Env/properties/value/type',
                  keyword: 'type',
                  params: { type: schema33.properties.value.type },
                  schema: schema33.properties.value.type,
                  parentSchema: schema33.properties.value,
                  data: data9,
                }
                if (vErrors === null) {
                  vErrors = [err12]
                } else {
                  vErrors.push(err12)
                }
                errors++
              }
            }
            if (data7.valueFrom !== undefined) {
              let data10 = data7.valueFrom
              if (
                typeof data10 !== 'string' &&
                !(typeof data10 == 'number' && isFinite(data10)) &&
                typeof data10 !== 'boolean' &&
                data10 !== null
              ) {
                const err13 = {
                  instancePath: instancePath + '/env/' + i2 + '/valueFrom',
                  schemaPath: '#/definitions/v1Env/properties/valueFrom/type',
                  keyword: 'type',
                  params: { type: schema33.properties.valueFrom.type },
                  schema: schema33.properties.valueFrom.type,
                  parentSchema: schema33.properties.valueFrom,
                  data: data10,
                }
                if (vErrors === null) {
                  vErrors = [err13]
                } else {
                  vErrors.push(err13)
                }
                errors++
              }
            }
          }
        }
      }
    }
    if (data.resources !== undefined) {
      if (
        !validate16(data.resources, {
          instancePath: instancePath + '/resources',
          parentData: data,
          parentDataProperty: 'resources',
          rootData,
        })
      ) {
        vErrors =
          vErrors === null
            ? validate16.errors
            : append(vErrors, validate16.errors)
        errors = vErrors.length
      }
    }
  }
  validate26.errors = vErrors
  return errors === 0
}
function validate24(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
) {
  let vErrors = null
  let errors = 0
  if (
    !(data && typeof data == 'object' && !Array.isArray(data)) &&
    data !== null
  ) {
    const err0 = {
      instancePath,
      schemaPath: '#/type',
      keyword: 'type',
      params: { type: schema29.type },
      schema: schema29.type,
      parentSchema: schema29,
      data,
    }
    if (vErrors === null) {
      vErrors = [err0]
    } else {
      vErrors.push(err0)
    }
    errors++
  }
  if (data && typeof data == 'object' && !Array.isArray(data)) {
    for (const key0 in data) {
      if (!(
        key0 === 'name' ||
        key0 === 'silent' ||
        key0 === 'events' ||
        key0 === 'tasks'
      )) {
        const err1 = {
          instancePath,
          schemaPath: '#/additionalProperties',
          keyword: 'additionalProperties',
          params: { additionalProperty: key0 },
          schema: false,
          parentSchema: schema29,
          data,
        }
        if (vErrors === null) {
          vErrors = [err1]
        } else {
          vErrors.push(err1)
        }
        errors++
      }
    }
    if (data.name !== undefined) {
      let data0 = data.name
      if (
        typeof data0 !== 'string' &&
        !(typeof data0 == 'number' && isFinite(data0)) &&
        typeof data0 !== 'boolean' &&
        data0 !== null
      ) {
        const err2 = {
          instancePath: instancePath + '/name',
          schemaPath: '#/properties/name/type',
          keyword: 'type',
          params: { type: schema29.properties.name.type },
          schema: schema29.properties.name.type,
          parentSchema: schema29.properties.name,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err2]
        } else {
          vErrors.push(err2)
        }
        errors++
      }
    }
    if (data.silent !== undefined) {
      let data1 = data.silent
      if (typeof data1 !== 'boolean' && data1 !== null) {
        const err3 = {
          instancePath: instancePath + '/silent',
          schemaPath: '#/properties/silent/type',
          keyword: 'type',
          params: { type: schema29.properties.silent.type },
          schema: schema29.properties.silent.type,
          parentSchema: schema29.properties.silent,
          data: data1,
        }
        if (vErrors === null) {
          vErrors = [err3]
        } else {
          vErrors.push(err3)
        }
        errors++
      }
    }
    if (data.events !== undefined) {
      let data2 = data.events
      if (!Array.isArray(data2) && data2 !== null) {
        const err4 = {
          instancePath: instancePath + '/events',
          schemaPath: '#/properties/events/type',
          keyword: 'type',
          params: { type: schema29.properties.events.type },
          schema: schema29.properties.events.type,
          parentSchema: schema29.properties.events,
          data: data2,
        }
        if (vErrors === null) {
          vErrors = [err4]
        } else {
          vErrors.push(err4)
        }
        errors++
      }
      if (Array.isArray(data2)) {
        const len0 = data2.length
        for (let i0 = 0; i0 < len0; i0++) {
          if (
            !validate13(data2[i0], {
              instancePath: instancePath + '/events/' + i0,
              parentData: data2,
              parentDataProperty: i0,
              rootData,
            })
          ) {
            vErrors =
              vErrors === null
                ? validate13.errors
                : append(vErrors, validate13.errors)
            errors = vErrors.length
          }
        }
      }
    }
    if (data.tasks !== undefined) {
      let data4 = data.tasks
      if (!Array.isArray(data4) && data4 !== null) {
        const err5 = {
          instancePath: instancePath + '/tasks',
          schemaPath: '#/properties/tasks/type',
          keyword: 'type',
          params: { type: schema29.properties.tasks.type },
          schema: schema29.properties.tasks.type,
          parentSchema: schema29.properties.tasks,
          data: data4,
        }
        if (vErrors === null) {
          vErrors = [err5]
        } else {
          vErrors.push(err5)
        }
        errors++
      }
      if (Array.isArray(data4)) {
        const len1 = data4.length
        for (let i1 = 0; i1 < len1; i1++) {
          if (
            !validate26(data4[i1], {
              instancePath: instancePath + '/tasks/' + i1,
              parentData: data4,
              parentDataProperty: i1,
              rootData,
            })
          ) {
            vErrors =
              vErrors === null
                ? validate26.errors
                : append(vErrors, validate26.errors)
            errors = vErrors.length
          }
        }
      }
    }
  }
  validate24.errors = vErrors
  return errors === 0
}
function validate41(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
) {
  let vErrors = null
  let errors = 0
  if (
    !(data && typeof data == 'object' && !Array.isArray(data)) &&
    data !== null
  ) {
    const err0 = {
      instancePath,
      schemaPath: '#/type',
      keyword: 'type',
      params: { type: schema28.type },
      schema: schema28.type,
      parentSchema: schema28,
      data,
    }
    if (vErrors === null) {
      vErrors = [err0]
    } else {
      vErrors.push(err0)
    }
    errors++
  }
  if (data && typeof data == 'object' && !Array.isArray(data)) {
    if (data.apiVersion === undefined) {
      const err1 = {
        instancePath,
        schemaPath: '#/required',
        keyword: 'required',
        params: { missingProperty: 'apiVersion' },
        schema: schema28.required,
        parentSchema: schema28,
        data,
      }
      if (vErrors === null) {
        vErrors = [err1]
      } else {
        vErrors.push(err1)
      }
      errors++
    }
    for (const key0 in data) {
      if (!(key0 === 'apiVersion' || key0 === 'actions')) {
        const err2 = {
          instancePath,
          schemaPath: '#/additionalProperties',
          keyword: 'additionalProperties',
          params: { additionalProperty: key0 },
          schema: false,
          parentSchema: schema28,
          data,
        }
        if (vErrors === null) {
          vErrors = [err2]
        } else {
          vErrors.push(err2)
        }
        errors++
      }
    }
    if (data.apiVersion !== undefined) {
      let data0 = data.apiVersion
      if (typeof data0 !== 'string') {
        const err3 = {
          instancePath: instancePath + '/apiVersion',
          schemaPath: '#/properties/apiVersion/type',
          keyword: 'type',
          params: { type: 'string' },
          schema: schema28.properties.apiVersion.type,
          parentSchema: schema28.properties.apiVersion,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err3]
        } else {
          vErrors.push(err3)
        }
        errors++
      }
      if ('v1' !== data0) {
        const err4 = {
          instancePath: instancePath + '/apiVersion',
          schemaPath: '#/properties/apiVersion/const',
          keyword: 'const',
          params: { allowedValue: 'v1' },
          schema: 'v1',
          parentSchema: schema28.properties.apiVersion,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err4]
        } else {
          vErrors.push(err4)
        }
        errors++
      }
    }
    if (data.actions !== undefined) {
      let data1 = data.actions
      if (!Array.isArray(data1) && data1 !== null) {
        const err5 = {
          instancePath: instancePath + '/actions',
          schemaPath: '#/properties/actions/type',
          keyword: 'type',
          params: { type: schema28.properties.actions.type },
          schema: schema28.properties.actions.type,
          parentSchema: schema28.properties.actions,
          data: data1,
        }
        if (vErrors === null) {
          vErrors = [err5]
        } else {
          vErrors.push(err5)
        }
        errors++
      }
      if (Array.isArray(data1)) {
        const len0 = data1.length
        for (let i0 = 0; i0 < len0; i0++) {
          if (
            !validate24(data1[i0], {
              instancePath: instancePath + '/actions/' + i0,
              parentData: data1,
              parentDataProperty: i0,
              rootData,
            })
          ) {
            vErrors =
              vErrors === null
                ? validate24.errors
                : append(vErrors, validate24.errors)
            errors = vErrors.length
          }
        }
      }
    }
  }
  validate41.errors = vErrors
  return errors === 0
}
export const v2 = validate43
const schema12 = {
  type: ['object', 'null'],
  properties: {
    apiVersion: { type: 'string', const: 'v2' },
    actions: {
      type: ['array', 'null'],
      items: { $ref: '#/definitions/v2Action' },
    },
  },
  additionalProperties: false,
  required: ['apiVersion'],
}
const schema13 = {
  type: ['object', 'null'],
  description: 'What runs for which events.',
  properties: {
    name: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'Shown in reports.',
    },
    silent: {
      description:
        'Runs without a word: no `.started`, no `.finished`. Default: false.',
      type: ['boolean', 'null'],
    },
    events: {
      type: ['array', 'null'],
      description: 'Alternatives: the action runs when one of them matches.',
      items: { $ref: '#/definitions/event' },
    },
    tasks: {
      type: ['array', 'null'],
      description:
        'Run one after another; the first that fails ends the action.',
      items: { $ref: '#/definitions/v2Task' },
    },
  },
  additionalProperties: false,
}
const schema16 = {
  type: ['object', 'null'],
  properties: {
    name: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'Shown in reports and in the name of the Job.',
    },
    files: {
      type: ['array', 'null'],
      description:
        "Files and directories below the service's resources, put below /keptn.",
      items: { $ref: '#/definitions/text' },
    },
    image: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'Image of the container.',
    },
    imagePullPolicy: {
      type: ['string', 'number', 'boolean', 'null'],
      description:
        'Always, IfNotPresent or Never. Default: that of Kubernetes.',
    },
    cmd: {
      description:
        'The command: a list of its words, or one text that is split like a shell would split it (quotes are honoured, nothing else). Absent: the entry point of the image.',
      type: ['array', 'string', 'number', 'boolean', 'null'],
      items: { $ref: '#/definitions/text' },
    },
    args: {
      type: ['array', 'null'],
      description: "Arguments of the command or of the image's entry point.",
      items: { $ref: '#/definitions/text' },
    },
    env: {
      type: ['array', 'null'],
      description:
        "Variables of the container, in this order; those of Keptn and of the event's labels follow.",
      items: { $ref: '#/definitions/v2Env' },
    },
    resources: { $ref: '#/definitions/resources' },
    workingDir: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'Working directory of the container.',
    },
    maxPollDuration: {
      description: 'Time limit in seconds. Default: 300.',
      type: ['integer', 'null'],
      minimum: -9223372036854775000,
      maximum: 9223372036854775000,
    },
    namespace: {
      type: ['string', 'number', 'boolean', 'null'],
      description:
        'Namespace of the Job. Default: the job namespace of the function.',
    },
    ttlSecondsAfterFinished: {
      description:
        'Seconds until the ended Job is removed, at least 60. Default: 21600.',
      type: ['integer', 'null'],
      minimum: -2147483648,
      maximum: 2147483647,
    },
    securityContext: { $ref: '#/definitions/securityContext' },
    serviceAccount: {
      type: ['string', 'number', 'boolean', 'null'],
      description:
        'Service account of the pod; "": the default account of the namespace. Default: that of the function.',
    },
    annotations: {
      description: 'Put on the Job and on its pod.',
      type: ['object', 'null'],
      additionalProperties: { $ref: '#/definitions/text' },
    },
  },
  additionalProperties: false,
}
const schema20 = {
  type: ['object', 'null'],
  properties: {
    name: {
      type: ['string', 'number', 'boolean', 'null'],
      description:
        'Name of the variable; with `valueFrom: secret` the name of the Secret.',
    },
    value: {
      type: ['string', 'number', 'boolean', 'null'],
      description:
        'With `valueFrom: event` a JSONPath, with `string` the text itself.',
    },
    valueFrom: {
      type: ['string', 'number', 'boolean', 'null'],
      description: '`event`, `secret` or `string`.',
    },
    as: {
      type: ['string', 'number', 'boolean', 'null'],
      description:
        '`json` or `yaml`: how a value of the event is written into the variable.',
    },
  },
  additionalProperties: false,
}
const func2 = Object.prototype.hasOwnProperty
const schema24 = {
  type: ['object', 'null'],
  description:
    "Security context of the container; each field that is given replaces the default's.",
  properties: {
    capabilities: {
      type: ['object', 'null'],
      description: 'Replaces the default capabilities as a whole.',
      properties: {
        add: { type: ['array', 'null'], items: { $ref: '#/definitions/text' } },
        drop: {
          type: ['array', 'null'],
          items: { $ref: '#/definitions/text' },
        },
      },
      additionalProperties: false,
    },
    privileged: {
      description: 'Refused unless the function allows it.',
      type: ['boolean', 'null'],
    },
    runAsUser: {
      description: 'User id.',
      type: ['integer', 'null'],
      minimum: -9223372036854775000,
      maximum: 9223372036854775000,
    },
    runAsGroup: {
      description: 'Group id.',
      type: ['integer', 'null'],
      minimum: -9223372036854775000,
      maximum: 9223372036854775000,
    },
    runAsNonRoot: {
      description: 'The user must not be root.',
      type: ['boolean', 'null'],
    },
    readOnlyRootFilesystem: {
      description: 'The root file system cannot be written.',
      type: ['boolean', 'null'],
    },
    allowPrivilegeEscalation: {
      description: 'A process may gain more privileges than its parent.',
      type: ['boolean', 'null'],
    },
    procMount: {
      type: ['string', 'number', 'boolean', 'null'],
      description: 'Default or Unmasked.',
    },
    seccompProfile: {
      type: ['object', 'null'],
      description: 'The system calls that are allowed; `type` is needed.',
      properties: {
        type: {
          type: ['string', 'number', 'boolean', 'null'],
          description: 'RuntimeDefault, Unconfined or Localhost.',
        },
        localhostProfile: {
          type: ['string', 'number', 'boolean', 'null'],
          description: 'Path of the profile on the node, for type Localhost.',
        },
      },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
}
function validate18(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
) {
  let vErrors = null
  let errors = 0
  if (
    !(data && typeof data == 'object' && !Array.isArray(data)) &&
    data !== null
  ) {
    const err0 = {
      instancePath,
      schemaPath: '#/type',
      keyword: 'type',
      params: { type: schema24.type },
      schema: schema24.type,
      parentSchema: schema24,
      data,
    }
    if (vErrors === null) {
      vErrors = [err0]
    } else {
      vErrors.push(err0)
    }
    errors++
  }
  if (data && typeof data == 'object' && !Array.isArray(data)) {
    for (const key0 in data) {
      if (!func2.call(schema24.properties, key0)) {
        const err1 = {
          instancePath,
          schemaPath: '#/additionalProperties',
          keyword: 'additionalProperties',
          params: { additionalProperty: key0 },
          schema: false,
          parentSchema: schema24,
          data,
        }
        if (vErrors === null) {
          vErrors = [err1]
        } else {
          vErrors.push(err1)
        }
        errors++
      }
    }
    if (data.capabilities !== undefined) {
      let data0 = data.capabilities
      if (
        !(data0 && typeof data0 == 'object' && !Array.isArray(data0)) &&
        data0 !== null
      ) {
        const err2 = {
          instancePath: instancePath + '/capabilities',
          schemaPath: '#/properties/capabilities/type',
          keyword: 'type',
          params: { type: schema24.properties.capabilities.type },
          schema: schema24.properties.capabilities.type,
          parentSchema: schema24.properties.capabilities,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err2]
        } else {
          vErrors.push(err2)
        }
        errors++
      }
      if (data0 && typeof data0 == 'object' && !Array.isArray(data0)) {
        for (const key1 in data0) {
          if (!(key1 === 'add' || key1 === 'drop')) {
            const err3 = {
              instancePath: instancePath + '/capabilities',
              schemaPath: '#/properties/capabilities/additionalProperties',
              keyword: 'additionalProperties',
              params: { additionalProperty: key1 },
              schema: false,
              parentSchema: schema24.properties.capabilities,
              data: data0,
            }
            if (vErrors === null) {
              vErrors = [err3]
            } else {
              vErrors.push(err3)
            }
            errors++
          }
        }
        if (data0.add !== undefined) {
          let data1 = data0.add
          if (!Array.isArray(data1) && data1 !== null) {
            const err4 = {
              instancePath: instancePath + '/capabilities/add',
              schemaPath: '#/properties/capabilities/properties/add/type',
              keyword: 'type',
              params: {
                type: schema24.properties.capabilities.properties.add.type,
              },
              schema: schema24.properties.capabilities.properties.add.type,
              parentSchema: schema24.properties.capabilities.properties.add,
              data: data1,
            }
            if (vErrors === null) {
              vErrors = [err4]
            } else {
              vErrors.push(err4)
            }
            errors++
          }
          if (Array.isArray(data1)) {
            const len0 = data1.length
            for (let i0 = 0; i0 < len0; i0++) {
              let data2 = data1[i0]
              if (
                typeof data2 !== 'string' &&
                !(typeof data2 == 'number' && isFinite(data2)) &&
                typeof data2 !== 'boolean' &&
                data2 !== null
              ) {
                const err5 = {
                  instancePath: instancePath + '/capabilities/add/' + i0,
                  schemaPath: '#/definitions/text/type',
                  keyword: 'type',
                  params: { type: schema17.type },
                  schema: schema17.type,
                  parentSchema: schema17,
                  data: data2,
                }
                if (vErrors === null) {
                  vErrors = [err5]
                } else {
                  vErrors.push(err5)
                }
                errors++
              }
            }
          }
        }
        if (data0.drop !== undefined) {
          let data3 = data0.drop
          if (!Array.isArray(data3) && data3 !== null) {
            const err6 = {
              instancePath: instancePath + '/capabilities/drop',
              schemaPath: '#/properties/capabilities/properties/drop/type',
              keyword: 'type',
              params: {
                type: schema24.properties.capabilities.properties.drop.type,
              },
              schema: schema24.properties.capabilities.properties.drop.type,
              parentSchema: schema24.properties.capabilities.properties.drop,
              data: data3,
            }
            if (vErrors === null) {
              vErrors = [err6]
            } else {
              vErrors.push(err6)
            }
            errors++
          }
          if (Array.isArray(data3)) {
            const len1 = data3.length
            for (let i1 = 0; i1 < len1; i1++) {
              let data4 = data3[i1]
              if (
                typeof data4 !== 'string' &&
                !(typeof data4 == 'number' && isFinite(data4)) &&
                typeof data4 !== 'boolean' &&
                data4 !== null
              ) {
                const err7 = {
                  instancePath: instancePath + '/capabilities/drop/' + i1,
                  schemaPath: '#/definitions/text/type',
                  keyword: 'type',
                  params: { type: schema17.type },
                  schema: schema17.type,
                  parentSchema: schema17,
                  data: data4,
                }
                if (vErrors === null) {
                  vErrors = [err7]
                } else {
                  vErrors.push(err7)
                }
                errors++
              }
            }
          }
        }
      }
    }
    if (data.privileged !== undefined) {
      let data5 = data.privileged
      if (typeof data5 !== 'boolean' && data5 !== null) {
        const err8 = {
          instancePath: instancePath + '/privileged',
          schemaPath: '#/properties/privileged/type',
          keyword: 'type',
          params: { type: schema24.properties.privileged.type },
          schema: schema24.properties.privileged.type,
          parentSchema: schema24.properties.privileged,
          data: data5,
        }
        if (vErrors === null) {
          vErrors = [err8]
        } else {
          vErrors.push(err8)
        }
        errors++
      }
    }
    if (data.runAsUser !== undefined) {
      let data6 = data.runAsUser
      if (
        !(
          typeof data6 == 'number' &&
          !(data6 % 1) &&
          !isNaN(data6) &&
          isFinite(data6)
        ) &&
        data6 !== null
      ) {
        const err9 = {
          instancePath: instancePath + '/runAsUser',
          schemaPath: '#/properties/runAsUser/type',
          keyword: 'type',
          params: { type: schema24.properties.runAsUser.type },
          schema: schema24.properties.runAsUser.type,
          parentSchema: schema24.properties.runAsUser,
          data: data6,
        }
        if (vErrors === null) {
          vErrors = [err9]
        } else {
          vErrors.push(err9)
        }
        errors++
      }
      if (typeof data6 == 'number' && isFinite(data6)) {
        if (data6 > 9223372036854775000 || isNaN(data6)) {
          const err10 = {
            instancePath: instancePath + '/runAsUser',
            schemaPath: '#/properties/runAsUser/maximum',
            keyword: 'maximum',
            params: { comparison: '<=', limit: 9223372036854775000 },
            schema: 9223372036854775000,
            parentSchema: schema24.properties.runAsUser,
            data: data6,
          }
          if (vErrors === null) {
            vErrors = [err10]
          } else {
            vErrors.push(err10)
          }
          errors++
        }
        if (data6 < -9223372036854775000 || isNaN(data6)) {
          const err11 = {
            instancePath: instancePath + '/runAsUser',
            schemaPath: '#/properties/runAsUser/minimum',
            keyword: 'minimum',
            params: { comparison: '>=', limit: -9223372036854775000 },
            schema: -9223372036854775000,
            parentSchema: schema24.properties.runAsUser,
            data: data6,
          }
          if (vErrors === null) {
            vErrors = [err11]
          } else {
            vErrors.push(err11)
          }
          errors++
        }
      }
    }
    if (data.runAsGroup !== undefined) {
      let data7 = data.runAsGroup
      if (
        !(
          typeof data7 == 'number' &&
          !(data7 % 1) &&
          !isNaN(data7) &&
          isFinite(data7)
        ) &&
        data7 !== null
      ) {
        const err12 = {
          instancePath: instancePath + '/runAsGroup',
          schemaPath: '#/properties/runAsGroup/type',
          keyword: 'type',
          params: { type: schema24.properties.runAsGroup.type },
          schema: schema24.properties.runAsGroup.type,
          parentSchema: schema24.properties.runAsGroup,
          data: data7,
        }
        if (vErrors === null) {
          vErrors = [err12]
        } else {
          vErrors.push(err12)
        }
        errors++
      }
      if (typeof data7 == 'number' && isFinite(data7)) {
        if (data7 > 9223372036854775000 || isNaN(data7)) {
          const err13 = {
            instancePath: instancePath + '/runAsGroup',
            schemaPath: '#/properties/runAsGroup/maximum',
            keyword: 'maximum',
            params: { comparison: '<=', limit: 9223372036854775000 },
            schema: 9223372036854775000,
            parentSchema: schema24.properties.runAsGroup,
            data: data7,
          }
          if (vErrors === null) {
            vErrors = [err13]
          } else {
            vErrors.push(err13)
          }
          errors++
        }
        if (data7 < -9223372036854775000 || isNaN(data7)) {
          const err14 = {
            instancePath: instancePath + '/runAsGroup',
            schemaPath: '#/properties/runAsGroup/minimum',
            keyword: 'minimum',
            params: { comparison: '>=', limit: -9223372036854775000 },
            schema: -9223372036854775000,
            parentSchema: schema24.properties.runAsGroup,
            data: data7,
          }
          if (vErrors === null) {
            vErrors = [err14]
          } else {
            vErrors.push(err14)
          }
          errors++
        }
      }
    }
    if (data.runAsNonRoot !== undefined) {
      let data8 = data.runAsNonRoot
      if (typeof data8 !== 'boolean' && data8 !== null) {
        const err15 = {
          instancePath: instancePath + '/runAsNonRoot',
          schemaPath: '#/properties/runAsNonRoot/type',
          keyword: 'type',
          params: { type: schema24.properties.runAsNonRoot.type },
          schema: schema24.properties.runAsNonRoot.type,
          parentSchema: schema24.properties.runAsNonRoot,
          data: data8,
        }
        if (vErrors === null) {
          vErrors = [err15]
        } else {
          vErrors.push(err15)
        }
        errors++
      }
    }
    if (data.readOnlyRootFilesystem !== undefined) {
      let data9 = data.readOnlyRootFilesystem
      if (typeof data9 !== 'boolean' && data9 !== null) {
        const err16 = {
          instancePath: instancePath + '/readOnlyRootFilesystem',
          schemaPath: '#/properties/readOnlyRootFilesystem/type',
          keyword: 'type',
          params: { type: schema24.properties.readOnlyRootFilesystem.type },
          schema: schema24.properties.readOnlyRootFilesystem.type,
          parentSchema: schema24.properties.readOnlyRootFilesystem,
          data: data9,
        }
        if (vErrors === null) {
          vErrors = [err16]
        } else {
          vErrors.push(err16)
        }
        errors++
      }
    }
    if (data.allowPrivilegeEscalation !== undefined) {
      let data10 = data.allowPrivilegeEscalation
      if (typeof data10 !== 'boolean' && data10 !== null) {
        const err17 = {
          instancePath: instancePath + '/allowPrivilegeEscalation',
          schemaPath: '#/properties/allowPrivilegeEscalation/type',
          keyword: 'type',
          params: { type: schema24.properties.allowPrivilegeEscalation.type },
          schema: schema24.properties.allowPrivilegeEscalation.type,
          parentSchema: schema24.properties.allowPrivilegeEscalation,
          data: data10,
        }
        if (vErrors === null) {
          vErrors = [err17]
        } else {
          vErrors.push(err17)
        }
        errors++
      }
    }
    if (data.procMount !== undefined) {
      let data11 = data.procMount
      if (
        typeof data11 !== 'string' &&
        !(typeof data11 == 'number' && isFinite(data11)) &&
        typeof data11 !== 'boolean' &&
        data11 !== null
      ) {
        const err18 = {
          instancePath: instancePath + '/procMount',
          schemaPath: '#/properties/procMount/type',
          keyword: 'type',
          params: { type: schema24.properties.procMount.type },
          schema: schema24.properties.procMount.type,
          parentSchema: schema24.properties.procMount,
          data: data11,
        }
        if (vErrors === null) {
          vErrors = [err18]
        } else {
          vErrors.push(err18)
        }
        errors++
      }
    }
    if (data.seccompProfile !== undefined) {
      let data12 = data.seccompProfile
      if (
        !(data12 && typeof data12 == 'object' && !Array.isArray(data12)) &&
        data12 !== null
      ) {
        const err19 = {
          instancePath: instancePath + '/seccompProfile',
          schemaPath: '#/properties/seccompProfile/type',
          keyword: 'type',
          params: { type: schema24.properties.seccompProfile.type },
          schema: schema24.properties.seccompProfile.type,
          parentSchema: schema24.properties.seccompProfile,
          data: data12,
        }
        if (vErrors === null) {
          vErrors = [err19]
        } else {
          vErrors.push(err19)
        }
        errors++
      }
      if (data12 && typeof data12 == 'object' && !Array.isArray(data12)) {
        for (const key2 in data12) {
          if (!(key2 === 'type' || key2 === 'localhostProfile')) {
            const err20 = {
              instancePath: instancePath + '/seccompProfile',
              schemaPath: '#/properties/seccompProfile/additionalProperties',
              keyword: 'additionalProperties',
              params: { additionalProperty: key2 },
              schema: false,
              parentSchema: schema24.properties.seccompProfile,
              data: data12,
            }
            if (vErrors === null) {
              vErrors = [err20]
            } else {
              vErrors.push(err20)
            }
            errors++
          }
        }
        if (data12.type !== undefined) {
          let data13 = data12.type
          if (
            typeof data13 !== 'string' &&
            !(typeof data13 == 'number' && isFinite(data13)) &&
            typeof data13 !== 'boolean' &&
            data13 !== null
          ) {
            const err21 = {
              instancePath: instancePath + '/seccompProfile/type',
              schemaPath: '#/properties/seccompProfile/properties/type/type',
              keyword: 'type',
              params: {
                type: schema24.properties.seccompProfile.properties.type.type,
              },
              schema: schema24.properties.seccompProfile.properties.type.type,
              parentSchema: schema24.properties.seccompProfile.properties.type,
              data: data13,
            }
            if (vErrors === null) {
              vErrors = [err21]
            } else {
              vErrors.push(err21)
            }
            errors++
          }
        }
        if (data12.localhostProfile !== undefined) {
          let data14 = data12.localhostProfile
          if (
            typeof data14 !== 'string' &&
            !(typeof data14 == 'number' && isFinite(data14)) &&
            typeof data14 !== 'boolean' &&
            data14 !== null
          ) {
            const err22 = {
              instancePath: instancePath + '/seccompProfile/localhostProfile',
              schemaPath:
                '#/properties/seccompProfile/properties/localhostProfile/type',
              keyword: 'type',
              params: {
                type: schema24.properties.seccompProfile.properties
                  .localhostProfile.type,
              },
              schema:
                schema24.properties.seccompProfile.properties.localhostProfile
                  .type,
              parentSchema:
                schema24.properties.seccompProfile.properties.localhostProfile,
              data: data14,
            }
            if (vErrors === null) {
              vErrors = [err22]
            } else {
              vErrors.push(err22)
            }
            errors++
          }
        }
      }
    }
  }
  validate18.errors = vErrors
  return errors === 0
}
function validate15(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
) {
  let vErrors = null
  let errors = 0
  if (
    !(data && typeof data == 'object' && !Array.isArray(data)) &&
    data !== null
  ) {
    const err0 = {
      instancePath,
      schemaPath: '#/type',
      keyword: 'type',
      params: { type: schema16.type },
      schema: schema16.type,
      parentSchema: schema16,
      data,
    }
    if (vErrors === null) {
      vErrors = [err0]
    } else {
      vErrors.push(err0)
    }
    errors++
  }
  if (data && typeof data == 'object' && !Array.isArray(data)) {
    for (const key0 in data) {
      if (!func2.call(schema16.properties, key0)) {
        const err1 = {
          instancePath,
          schemaPath: '#/additionalProperties',
          keyword: 'additionalProperties',
          params: { additionalProperty: key0 },
          schema: false,
          parentSchema: schema16,
          data,
        }
        if (vErrors === null) {
          vErrors = [err1]
        } else {
          vErrors.push(err1)
        }
        errors++
      }
    }
    if (data.name !== undefined) {
      let data0 = data.name
      if (
        typeof data0 !== 'string' &&
        !(typeof data0 == 'number' && isFinite(data0)) &&
        typeof data0 !== 'boolean' &&
        data0 !== null
      ) {
        const err2 = {
          instancePath: instancePath + '/name',
          schemaPath: '#/properties/name/type',
          keyword: 'type',
          params: { type: schema16.properties.name.type },
          schema: schema16.properties.name.type,
          parentSchema: schema16.properties.name,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err2]
        } else {
          vErrors.push(err2)
        }
        errors++
      }
    }
    if (data.files !== undefined) {
      let data1 = data.files
      if (!Array.isArray(data1) && data1 !== null) {
        const err3 = {
          instancePath: instancePath + '/files',
          schemaPath: '#/properties/files/type',
          keyword: 'type',
          params: { type: schema16.properties.files.type },
          schema: schema16.properties.files.type,
          parentSchema: schema16.properties.files,
          data: data1,
        }
        if (vErrors === null) {
          vErrors = [err3]
        } else {
          vErrors.push(err3)
        }
        errors++
      }
      if (Array.isArray(data1)) {
        const len0 = data1.length
        for (let i0 = 0; i0 < len0; i0++) {
          let data2 = data1[i0]
          if (
            typeof data2 !== 'string' &&
            !(typeof data2 == 'number' && isFinite(data2)) &&
            typeof data2 !== 'boolean' &&
            data2 !== null
          ) {
            const err4 = {
              instancePath: instancePath + '/files/' + i0,
              schemaPath: '#/definitions/text/type',
              keyword: 'type',
              params: { type: schema17.type },
              schema: schema17.type,
              parentSchema: schema17,
              data: data2,
            }
            if (vErrors === null) {
              vErrors = [err4]
            } else {
              vErrors.push(err4)
            }
            errors++
          }
        }
      }
    }
    if (data.image !== undefined) {
      let data3 = data.image
      if (
        typeof data3 !== 'string' &&
        !(typeof data3 == 'number' && isFinite(data3)) &&
        typeof data3 !== 'boolean' &&
        data3 !== null
      ) {
        const err5 = {
          instancePath: instancePath + '/image',
          schemaPath: '#/properties/image/type',
          keyword: 'type',
          params: { type: schema16.properties.image.type },
          schema: schema16.properties.image.type,
          parentSchema: schema16.properties.image,
          data: data3,
        }
        if (vErrors === null) {
          vErrors = [err5]
        } else {
          vErrors.push(err5)
        }
        errors++
      }
    }
    if (data.imagePullPolicy !== undefined) {
      let data4 = data.imagePullPolicy
      if (
        typeof data4 !== 'string' &&
        !(typeof data4 == 'number' && isFinite(data4)) &&
        typeof data4 !== 'boolean' &&
        data4 !== null
      ) {
        const err6 = {
          instancePath: instancePath + '/imagePullPolicy',
          schemaPath: '#/properties/imagePullPolicy/type',
          keyword: 'type',
          params: { type: schema16.properties.imagePullPolicy.type },
          schema: schema16.properties.imagePullPolicy.type,
          parentSchema: schema16.properties.imagePullPolicy,
          data: data4,
        }
        if (vErrors === null) {
          vErrors = [err6]
        } else {
          vErrors.push(err6)
        }
        errors++
      }
    }
    if (data.cmd !== undefined) {
      let data5 = data.cmd
      if (
        !Array.isArray(data5) &&
        typeof data5 !== 'string' &&
        !(typeof data5 == 'number' && isFinite(data5)) &&
        typeof data5 !== 'boolean' &&
        data5 !== null
      ) {
        const err7 = {
          instancePath: instancePath + '/cmd',
          schemaPath: '#/properties/cmd/type',
          keyword: 'type',
          params: { type: schema16.properties.cmd.type },
          schema: schema16.properties.cmd.type,
          parentSchema: schema16.properties.cmd,
          data: data5,
        }
        if (vErrors === null) {
          vErrors = [err7]
        } else {
          vErrors.push(err7)
        }
        errors++
      }
      if (Array.isArray(data5)) {
        const len1 = data5.length
        for (let i1 = 0; i1 < len1; i1++) {
          let data6 = data5[i1]
          if (
            typeof data6 !== 'string' &&
            !(typeof data6 == 'number' && isFinite(data6)) &&
            typeof data6 !== 'boolean' &&
            data6 !== null
          ) {
            const err8 = {
              instancePath: instancePath + '/cmd/' + i1,
              schemaPath: '#/definitions/text/type',
              keyword: 'type',
              params: { type: schema17.type },
              schema: schema17.type,
              parentSchema: schema17,
              data: data6,
            }
            if (vErrors === null) {
              vErrors = [err8]
            } else {
              vErrors.push(err8)
            }
            errors++
          }
        }
      }
    }
    if (data.args !== undefined) {
      let data7 = data.args
      if (!Array.isArray(data7) && data7 !== null) {
        const err9 = {
          instancePath: instancePath + '/args',
          schemaPath: '#/properties/args/type',
          keyword: 'type',
          params: { type: schema16.properties.args.type },
          schema: schema16.properties.args.type,
          parentSchema: schema16.properties.args,
          data: data7,
        }
        if (vErrors === null) {
          vErrors = [err9]
        } else {
          vErrors.push(err9)
        }
        errors++
      }
      if (Array.isArray(data7)) {
        const len2 = data7.length
        for (let i2 = 0; i2 < len2; i2++) {
          let data8 = data7[i2]
          if (
            typeof data8 !== 'string' &&
            !(typeof data8 == 'number' && isFinite(data8)) &&
            typeof data8 !== 'boolean' &&
            data8 !== null
          ) {
            const err10 = {
              instancePath: instancePath + '/args/' + i2,
              schemaPath: '#/definitions/text/type',
              keyword: 'type',
              params: { type: schema17.type },
              schema: schema17.type,
              parentSchema: schema17,
              data: data8,
            }
            if (vErrors === null) {
              vErrors = [err10]
            } else {
              vErrors.push(err10)
            }
            errors++
          }
        }
      }
    }
    if (data.env !== undefined) {
      let data9 = data.env
      if (!Array.isArray(data9) && data9 !== null) {
        const err11 = {
          instancePath: instancePath + '/env',
          schemaPath: '#/properties/env/type',
          keyword: 'type',
          params: { type: schema16.properties.env.type },
          schema: schema16.properties.env.type,
          parentSchema: schema16.properties.env,
          data: data9,
        }
        if (vErrors === null) {
          vErrors = [err11]
        } else {
          vErrors.push(err11)
        }
        errors++
      }
      if (Array.isArray(data9)) {
        const len3 = data9.length
        for (let i3 = 0; i3 < len3; i3++) {
          let data10 = data9[i3]
          if (
            !(data10 && typeof data10 == 'object' && !Array.isArray(data10)) &&
            data10 !== null
          ) {
            const err12 = {
              instancePath: instancePath + '/env/' + i3,
              schemaPath: '#/definitions/v2Env/type',
              keyword: 'type',
              params: { type: schema20.type },
              schema: schema20.type,
              parentSchema: schema20,
              data: data10,
            }
            if (vErrors === null) {
              vErrors = [err12]
            } else {
              vErrors.push(err12)
            }
            errors++
          }
          if (data10 && typeof data10 == 'object' && !Array.isArray(data10)) {
            for (const key1 in data10) {
              if (!(
                key1 === 'name' ||
                key1 === 'value' ||
                key1 === 'valueFrom' ||
                key1 === 'as'
              )) {
                const err13 = {
                  instancePath: instancePath + '/env/' + i3,
                  schemaPath: '#/definitions/v2Env/additionalProperties',
                  keyword: 'additionalProperties',
                  params: { additionalProperty: key1 },
                  schema: false,
                  parentSchema: schema20,
                  data: data10,
                }
                if (vErrors === null) {
                  vErrors = [err13]
                } else {
                  vErrors.push(err13)
                }
                errors++
              }
            }
            if (data10.name !== undefined) {
              let data11 = data10.name
              if (
                typeof data11 !== 'string' &&
                !(typeof data11 == 'number' && isFinite(data11)) &&
                typeof data11 !== 'boolean' &&
                data11 !== null
              ) {
                const err14 = {
                  instancePath: instancePath + '/env/' + i3 + '/name',
                  schemaPath: '#/definitions/v2Env/properties/name/type',
                  keyword: 'type',
                  params: { type: schema20.properties.name.type },
                  schema: schema20.properties.name.type,
                  parentSchema: schema20.properties.name,
                  data: data11,
                }
                if (vErrors === null) {
                  vErrors = [err14]
                } else {
                  vErrors.push(err14)
                }
                errors++
              }
            }
            if (data10.value !== undefined) {
              let data12 = data10.value
              if (
                typeof data12 !== 'string' &&
                !(typeof data12 == 'number' && isFinite(data12)) &&
                typeof data12 !== 'boolean' &&
                data12 !== null
              ) {
                const err15 = {
                  instancePath: instancePath + '/env/' + i3 + '/value',
                  schemaPath: '#/definitions/v2Env/properties/value/type',
                  keyword: 'type',
                  params: { type: schema20.properties.value.type },
                  schema: schema20.properties.value.type,
                  parentSchema: schema20.properties.value,
                  data: data12,
                }
                if (vErrors === null) {
                  vErrors = [err15]
                } else {
                  vErrors.push(err15)
                }
                errors++
              }
            }
            if (data10.valueFrom !== undefined) {
              let data13 = data10.valueFrom
              if (
                typeof data13 !== 'string' &&
                !(typeof data13 == 'number' && isFinite(data13)) &&
                typeof data13 !== 'boolean' &&
                data13 !== null
              ) {
                const err16 = {
                  instancePath: instancePath + '/env/' + i3 + '/valueFrom',
                  schemaPath: '#/definitions/v2Env/properties/valueFrom/type',
                  keyword: 'type',
                  params: { type: schema20.properties.valueFrom.type },
                  schema: schema20.properties.valueFrom.type,
                  parentSchema: schema20.properties.valueFrom,
                  data: data13,
                }
                if (vErrors === null) {
                  vErrors = [err16]
                } else {
                  vErrors.push(err16)
                }
                errors++
              }
            }
            if (data10.as !== undefined) {
              let data14 = data10.as
              if (
                typeof data14 !== 'string' &&
                !(typeof data14 == 'number' && isFinite(data14)) &&
                typeof data14 !== 'boolean' &&
                data14 !== null
              ) {
                const err17 = {
                  instancePath: instancePath + '/env/' + i3 + '/as',
                  schemaPath: '#/definitions/v2Env/properties/as/type',
                  keyword: 'type',
                  params: { type: schema20.properties.as.type },
                  schema: schema20.properties.as.type,
                  parentSchema: schema20.properties.as,
                  data: data14,
                }
                if (vErrors === null) {
                  vErrors = [err17]
                } else {
                  vErrors.push(err17)
                }
                errors++
              }
            }
          }
        }
      }
    }
    if (data.resources !== undefined) {
      if (
        !validate16(data.resources, {
          instancePath: instancePath + '/resources',
          parentData: data,
          parentDataProperty: 'resources',
          rootData,
        })
      ) {
        vErrors =
          vErrors === null
            ? validate16.errors
            : append(vErrors, validate16.errors)
        errors = vErrors.length
      }
    }
    if (data.workingDir !== undefined) {
      let data16 = data.workingDir
      if (
        typeof data16 !== 'string' &&
        !(typeof data16 == 'number' && isFinite(data16)) &&
        typeof data16 !== 'boolean' &&
        data16 !== null
      ) {
        const err18 = {
          instancePath: instancePath + '/workingDir',
          schemaPath: '#/properties/workingDir/type',
          keyword: 'type',
          params: { type: schema16.properties.workingDir.type },
          schema: schema16.properties.workingDir.type,
          parentSchema: schema16.properties.workingDir,
          data: data16,
        }
        if (vErrors === null) {
          vErrors = [err18]
        } else {
          vErrors.push(err18)
        }
        errors++
      }
    }
    if (data.maxPollDuration !== undefined) {
      let data17 = data.maxPollDuration
      if (
        !(
          typeof data17 == 'number' &&
          !(data17 % 1) &&
          !isNaN(data17) &&
          isFinite(data17)
        ) &&
        data17 !== null
      ) {
        const err19 = {
          instancePath: instancePath + '/maxPollDuration',
          schemaPath: '#/properties/maxPollDuration/type',
          keyword: 'type',
          params: { type: schema16.properties.maxPollDuration.type },
          schema: schema16.properties.maxPollDuration.type,
          parentSchema: schema16.properties.maxPollDuration,
          data: data17,
        }
        if (vErrors === null) {
          vErrors = [err19]
        } else {
          vErrors.push(err19)
        }
        errors++
      }
      if (typeof data17 == 'number' && isFinite(data17)) {
        if (data17 > 9223372036854775000 || isNaN(data17)) {
          const err20 = {
            instancePath: instancePath + '/maxPollDuration',
            schemaPath: '#/properties/maxPollDuration/maximum',
            keyword: 'maximum',
            params: { comparison: '<=', limit: 9223372036854775000 },
            schema: 9223372036854775000,
            parentSchema: schema16.properties.maxPollDuration,
            data: data17,
          }
          if (vErrors === null) {
            vErrors = [err20]
          } else {
            vErrors.push(err20)
          }
          errors++
        }
        if (data17 < -9223372036854775000 || isNaN(data17)) {
          const err21 = {
            instancePath: instancePath + '/maxPollDuration',
            schemaPath: '#/properties/maxPollDuration/minimum',
            keyword: 'minimum',
            params: { comparison: '>=', limit: -9223372036854775000 },
            schema: -9223372036854775000,
            parentSchema: schema16.properties.maxPollDuration,
            data: data17,
          }
          if (vErrors === null) {
            vErrors = [err21]
          } else {
            vErrors.push(err21)
          }
          errors++
        }
      }
    }
    if (data.namespace !== undefined) {
      let data18 = data.namespace
      if (
        typeof data18 !== 'string' &&
        !(typeof data18 == 'number' && isFinite(data18)) &&
        typeof data18 !== 'boolean' &&
        data18 !== null
      ) {
        const err22 = {
          instancePath: instancePath + '/namespace',
          schemaPath: '#/properties/namespace/type',
          keyword: 'type',
          params: { type: schema16.properties.namespace.type },
          schema: schema16.properties.namespace.type,
          parentSchema: schema16.properties.namespace,
          data: data18,
        }
        if (vErrors === null) {
          vErrors = [err22]
        } else {
          vErrors.push(err22)
        }
        errors++
      }
    }
    if (data.ttlSecondsAfterFinished !== undefined) {
      let data19 = data.ttlSecondsAfterFinished
      if (
        !(
          typeof data19 == 'number' &&
          !(data19 % 1) &&
          !isNaN(data19) &&
          isFinite(data19)
        ) &&
        data19 !== null
      ) {
        const err23 = {
          instancePath: instancePath + '/ttlSecondsAfterFinished',
          schemaPath: '#/properties/ttlSecondsAfterFinished/type',
          keyword: 'type',
          params: { type: schema16.properties.ttlSecondsAfterFinished.type },
          schema: schema16.properties.ttlSecondsAfterFinished.type,
          parentSchema: schema16.properties.ttlSecondsAfterFinished,
          data: data19,
        }
        if (vErrors === null) {
          vErrors = [err23]
        } else {
          vErrors.push(err23)
        }
        errors++
      }
      if (typeof data19 == 'number' && isFinite(data19)) {
        if (data19 > 2147483647 || isNaN(data19)) {
          const err24 = {
            instancePath: instancePath + '/ttlSecondsAfterFinished',
            schemaPath: '#/properties/ttlSecondsAfterFinished/maximum',
            keyword: 'maximum',
            params: { comparison: '<=', limit: 2147483647 },
            schema: 2147483647,
            parentSchema: schema16.properties.ttlSecondsAfterFinished,
            data: data19,
          }
          if (vErrors === null) {
            vErrors = [err24]
          } else {
            vErrors.push(err24)
          }
          errors++
        }
        if (data19 < -2147483648 || isNaN(data19)) {
          const err25 = {
            instancePath: instancePath + '/ttlSecondsAfterFinished',
            schemaPath: '#/properties/ttlSecondsAfterFinished/minimum',
            keyword: 'minimum',
            params: { comparison: '>=', limit: -2147483648 },
            schema: -2147483648,
            parentSchema: schema16.properties.ttlSecondsAfterFinished,
            data: data19,
          }
          if (vErrors === null) {
            vErrors = [err25]
          } else {
            vErrors.push(err25)
          }
          errors++
        }
      }
    }
    if (data.securityContext !== undefined) {
      if (
        !validate18(data.securityContext, {
          instancePath: instancePath + '/securityContext',
          parentData: data,
          parentDataProperty: 'securityContext',
          rootData,
        })
      ) {
        vErrors =
          vErrors === null
            ? validate18.errors
            : append(vErrors, validate18.errors)
        errors = vErrors.length
      }
    }
    if (data.serviceAccount !== undefined) {
      let data21 = data.serviceAccount
      if (
        typeof data21 !== 'string' &&
        !(typeof data21 == 'number' && isFinite(data21)) &&
        typeof data21 !== 'boolean' &&
        data21 !== null
      ) {
        const err26 = {
          instancePath: instancePath + '/serviceAccount',
          schemaPath: '#/properties/serviceAccount/type',
          keyword: 'type',
          params: { type: schema16.properties.serviceAccount.type },
          schema: schema16.properties.serviceAccount.type,
          parentSchema: schema16.properties.serviceAccount,
          data: data21,
        }
        if (vErrors === null) {
          vErrors = [err26]
        } else {
          vErrors.push(err26)
        }
        errors++
      }
    }
    if (data.annotations !== undefined) {
      let data22 = data.annotations
      if (
        !(data22 && typeof data22 == 'object' && !Array.isArray(data22)) &&
        data22 !== null
      ) {
        const err27 = {
          instancePath: instancePath + '/annotations',
          schemaPath: '#/properties/annotations/type',
          keyword: 'type',
          params: { type: schema16.properties.annotations.type },
          schema: schema16.properties.annotations.type,
          parentSchema: schema16.properties.annotations,
          data: data22,
        }
        if (vErrors === null) {
          vErrors = [err27]
        } else {
          vErrors.push(err27)
        }
        errors++
      }
      if (data22 && typeof data22 == 'object' && !Array.isArray(data22)) {
        for (const key2 in data22) {
          let data23 = data22[key2]
          if (
            typeof data23 !== 'string' &&
            !(typeof data23 == 'number' && isFinite(data23)) &&
            typeof data23 !== 'boolean' &&
            data23 !== null
          ) {
            const err28 = {
              instancePath:
                instancePath +
                '/annotations/' +
                key2.replace(/~/g, '~0').replace(/\//g, '~1'),
              schemaPath: '#/definitions/text/type',
              keyword: 'type',
              params: { type: schema17.type },
              schema: schema17.type,
              parentSchema: schema17,
              data: data23,
            }
            if (vErrors === null) {
              vErrors = [err28]
            } else {
              vErrors.push(err28)
            }
            errors++
          }
        }
      }
    }
  }
  validate15.errors = vErrors
  return errors === 0
}
function validate12(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
) {
  let vErrors = null
  let errors = 0
  if (
    !(data && typeof data == 'object' && !Array.isArray(data)) &&
    data !== null
  ) {
    const err0 = {
      instancePath,
      schemaPath: '#/type',
      keyword: 'type',
      params: { type: schema13.type },
      schema: schema13.type,
      parentSchema: schema13,
      data,
    }
    if (vErrors === null) {
      vErrors = [err0]
    } else {
      vErrors.push(err0)
    }
    errors++
  }
  if (data && typeof data == 'object' && !Array.isArray(data)) {
    for (const key0 in data) {
      if (!(
        key0 === 'name' ||
        key0 === 'silent' ||
        key0 === 'events' ||
        key0 === 'tasks'
      )) {
        const err1 = {
          instancePath,
          schemaPath: '#/additionalProperties',
          keyword: 'additionalProperties',
          params: { additionalProperty: key0 },
          schema: false,
          parentSchema: schema13,
          data,
        }
        if (vErrors === null) {
          vErrors = [err1]
        } else {
          vErrors.push(err1)
        }
        errors++
      }
    }
    if (data.name !== undefined) {
      let data0 = data.name
      if (
        typeof data0 !== 'string' &&
        !(typeof data0 == 'number' && isFinite(data0)) &&
        typeof data0 !== 'boolean' &&
        data0 !== null
      ) {
        const err2 = {
          instancePath: instancePath + '/name',
          schemaPath: '#/properties/name/type',
          keyword: 'type',
          params: { type: schema13.properties.name.type },
          schema: schema13.properties.name.type,
          parentSchema: schema13.properties.name,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err2]
        } else {
          vErrors.push(err2)
        }
        errors++
      }
    }
    if (data.silent !== undefined) {
      let data1 = data.silent
      if (typeof data1 !== 'boolean' && data1 !== null) {
        const err3 = {
          instancePath: instancePath + '/silent',
          schemaPath: '#/properties/silent/type',
          keyword: 'type',
          params: { type: schema13.properties.silent.type },
          schema: schema13.properties.silent.type,
          parentSchema: schema13.properties.silent,
          data: data1,
        }
        if (vErrors === null) {
          vErrors = [err3]
        } else {
          vErrors.push(err3)
        }
        errors++
      }
    }
    if (data.events !== undefined) {
      let data2 = data.events
      if (!Array.isArray(data2) && data2 !== null) {
        const err4 = {
          instancePath: instancePath + '/events',
          schemaPath: '#/properties/events/type',
          keyword: 'type',
          params: { type: schema13.properties.events.type },
          schema: schema13.properties.events.type,
          parentSchema: schema13.properties.events,
          data: data2,
        }
        if (vErrors === null) {
          vErrors = [err4]
        } else {
          vErrors.push(err4)
        }
        errors++
      }
      if (Array.isArray(data2)) {
        const len0 = data2.length
        for (let i0 = 0; i0 < len0; i0++) {
          if (
            !validate13(data2[i0], {
              instancePath: instancePath + '/events/' + i0,
              parentData: data2,
              parentDataProperty: i0,
              rootData,
            })
          ) {
            vErrors =
              vErrors === null
                ? validate13.errors
                : append(vErrors, validate13.errors)
            errors = vErrors.length
          }
        }
      }
    }
    if (data.tasks !== undefined) {
      let data4 = data.tasks
      if (!Array.isArray(data4) && data4 !== null) {
        const err5 = {
          instancePath: instancePath + '/tasks',
          schemaPath: '#/properties/tasks/type',
          keyword: 'type',
          params: { type: schema13.properties.tasks.type },
          schema: schema13.properties.tasks.type,
          parentSchema: schema13.properties.tasks,
          data: data4,
        }
        if (vErrors === null) {
          vErrors = [err5]
        } else {
          vErrors.push(err5)
        }
        errors++
      }
      if (Array.isArray(data4)) {
        const len1 = data4.length
        for (let i1 = 0; i1 < len1; i1++) {
          if (
            !validate15(data4[i1], {
              instancePath: instancePath + '/tasks/' + i1,
              parentData: data4,
              parentDataProperty: i1,
              rootData,
            })
          ) {
            vErrors =
              vErrors === null
                ? validate15.errors
                : append(vErrors, validate15.errors)
            errors = vErrors.length
          }
        }
      }
    }
  }
  validate12.errors = vErrors
  return errors === 0
}
function validate43(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data } = {},
) {
  let vErrors = null
  let errors = 0
  if (
    !(data && typeof data == 'object' && !Array.isArray(data)) &&
    data !== null
  ) {
    const err0 = {
      instancePath,
      schemaPath: '#/type',
      keyword: 'type',
      params: { type: schema12.type },
      schema: schema12.type,
      parentSchema: schema12,
      data,
    }
    if (vErrors === null) {
      vErrors = [err0]
    } else {
      vErrors.push(err0)
    }
    errors++
  }
  if (data && typeof data == 'object' && !Array.isArray(data)) {
    if (data.apiVersion === undefined) {
      const err1 = {
        instancePath,
        schemaPath: '#/required',
        keyword: 'required',
        params: { missingProperty: 'apiVersion' },
        schema: schema12.required,
        parentSchema: schema12,
        data,
      }
      if (vErrors === null) {
        vErrors = [err1]
      } else {
        vErrors.push(err1)
      }
      errors++
    }
    for (const key0 in data) {
      if (!(key0 === 'apiVersion' || key0 === 'actions')) {
        const err2 = {
          instancePath,
          schemaPath: '#/additionalProperties',
          keyword: 'additionalProperties',
          params: { additionalProperty: key0 },
          schema: false,
          parentSchema: schema12,
          data,
        }
        if (vErrors === null) {
          vErrors = [err2]
        } else {
          vErrors.push(err2)
        }
        errors++
      }
    }
    if (data.apiVersion !== undefined) {
      let data0 = data.apiVersion
      if (typeof data0 !== 'string') {
        const err3 = {
          instancePath: instancePath + '/apiVersion',
          schemaPath: '#/properties/apiVersion/type',
          keyword: 'type',
          params: { type: 'string' },
          schema: schema12.properties.apiVersion.type,
          parentSchema: schema12.properties.apiVersion,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err3]
        } else {
          vErrors.push(err3)
        }
        errors++
      }
      if ('v2' !== data0) {
        const err4 = {
          instancePath: instancePath + '/apiVersion',
          schemaPath: '#/properties/apiVersion/const',
          keyword: 'const',
          params: { allowedValue: 'v2' },
          schema: 'v2',
          parentSchema: schema12.properties.apiVersion,
          data: data0,
        }
        if (vErrors === null) {
          vErrors = [err4]
        } else {
          vErrors.push(err4)
        }
        errors++
      }
    }
    if (data.actions !== undefined) {
      let data1 = data.actions
      if (!Array.isArray(data1) && data1 !== null) {
        const err5 = {
          instancePath: instancePath + '/actions',
          schemaPath: '#/properties/actions/type',
          keyword: 'type',
          params: { type: schema12.properties.actions.type },
          schema: schema12.properties.actions.type,
          parentSchema: schema12.properties.actions,
          data: data1,
        }
        if (vErrors === null) {
          vErrors = [err5]
        } else {
          vErrors.push(err5)
        }
        errors++
      }
      if (Array.isArray(data1)) {
        const len0 = data1.length
        for (let i0 = 0; i0 < len0; i0++) {
          if (
            !validate12(data1[i0], {
              instancePath: instancePath + '/actions/' + i0,
              parentData: data1,
              parentDataProperty: i0,
              rootData,
            })
          ) {
            vErrors =
              vErrors === null
                ? validate12.errors
                : append(vErrors, validate12.errors)
            errors = vErrors.length
          }
        }
      }
    }
  }
  validate43.errors = vErrors
  return errors === 0
}
